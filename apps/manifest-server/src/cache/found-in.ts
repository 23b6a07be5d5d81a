import { type Manifest, messageOf } from '@pacs-connectors/manifest-builder';
import { type FoundInArchive } from './cached-manifest.js';

/** Counts what a manifest contains of each archive. */
export function foundIn({ arcQueries }: Manifest): FoundInArchive[] {
  return arcQueries.map(({ arcId, patients, notices = [] }) => {
    const studies = patients.flatMap((patient) => patient.studies);
    const series = studies.flatMap((study) => study.series);
    return {
      archive: arcId,
      patients: patients.length,
      studies: studies.length,
      series: series.length,
      instances: series.reduce((sum, { instances }) => sum + instances.length, 0),
      message: messageOf(notices),
    };
  });
}
