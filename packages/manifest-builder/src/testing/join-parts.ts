import { type Patient, type Series } from '@pacs-connectors/connector-core';
import fc from 'fast-check';
import { type JoinPart } from '../join/join.js';
import { type ArcQuery } from '../model/manifest.js';

/** What an archive answers. */
export interface Answer extends Partial<Omit<JoinPart, 'arcQuery'>> {
  /** Numbers of instances by series, by study; `null`: the archive lists none. */
  studies?: Record<string, Record<string, number[] | null> | null>;
  patient?: Partial<Patient>;
  query?: Partial<ArcQuery>;
}

/** One archive's answer. By default, its address and credentials are its own. */
export function part(arcId: string, { studies = {}, patient, query, ...more }: Answer = {}): JoinPart {
  const patients: Patient[] = [
    {
      patientId: 'P1',
      patientName: 'DOE^JANE',
      ...patient,
      studies: Object.entries(studies).map(([studyInstanceUid, series]) => ({
        studyInstanceUid,
        series: Object.entries(series ?? {}).map(([seriesInstanceUid, instances]) => ({
          seriesInstanceUid,
          instances: (instances ?? []).map((number) => ({
            sopInstanceUid: `${seriesInstanceUid}.${number}`,
            directDownloadFile: `/${arcId}/${number}`,
          })),
        })),
      })),
    },
  ];
  return {
    arcQuery: {
      arcId,
      baseUrl: `http://${arcId}.example/wado`,
      webLogin: 'dTpw',
      httpTags: [{ key: 'Authorization', value: `Bearer ${arcId}` }],
      additionalParameters: `&token=${arcId}`,
      ...query,
      patients: Object.keys(studies).length === 0 ? [] : patients,
    },
    ...more,
  };
}

/** The numbers from `from` to `to`. */
export const range = (to: number, from = 1) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** Every series of some parts. */
export function seriesIn(arcQueries: readonly ArcQuery[]): Series[] {
  return arcQueries
    .flatMap(({ patients }) => patients)
    .flatMap(({ studies }) => studies)
    .flatMap(({ series }) => series);
}

/** Few UIDs, so that archives share them. */
export const anyAnswer: fc.Arbitrary<Answer> = fc.record({
  studies: fc.dictionary(
    fc.constantFrom('1', '2', '3'),
    fc.option(
      fc.dictionary(
        fc.constantFrom('8.1', '8.2', '8.3', '8.4'),
        fc.option(fc.uniqueArray(fc.nat({ max: 6 }), { maxLength: 5 }), { freq: 5 }),
      ),
      { freq: 5 },
    ),
  ),
  patient: fc.record({
    patientId: fc.constantFrom('P1', 'P2'),
    issuerOfPatientId: fc.constantFrom(undefined, 'A'),
    patientName: fc.constantFrom('DOE^JANE', 'Doe^Jane^', ''),
  }),
  query: fc.constantFrom('x', 'y', 'z').map((address) => ({
    baseUrl: `http://${address}.example`,
    httpTags: [],
    additionalParameters: undefined,
  })),
});
