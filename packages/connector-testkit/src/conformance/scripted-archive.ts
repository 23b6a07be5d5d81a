import { type Patient, type Study } from '@pacs-connectors/connector-core';
import { type OpenConnector } from './trial.js';

/**
 * An archive that a test describes: its content, and how its answers differ from those that the standard wants. Each test uses
 * only a few of the properties.
 */
export interface ScriptedArchive {
  /**
   * Its content. It returns the values as they are, also those that the standard does not allow. It returns
   * `modalitiesInStudy` if its language has this attribute. It need not match by dates and modalities.
   */
  patients: readonly Patient[];
  /**
   * Patient IDs and Accession Numbers under which it also finds another one, such as `{ 'OLD-1': 'NEW-9' }` after a merge. A
   * query for the first returns the records of the second as they are.
   */
  finds?: Readonly<Record<string, string>>;
  /** The Other Patient IDs (0010,1000) that it returns, by Patient ID. */
  otherPatientIds?: Readonly<Record<string, readonly string[]>>;
  /**
   * It returns at most this many results for one question, and does not say that there are more. What it counts is right. It
   * returns the next results if its language has pages.
   */
  mostResults?: number;
  /** Study Instance UIDs that it removes from a page of results after it has applied the limit of the page. */
  hidden?: readonly string[];
  /** UIDs of studies and series in which it lists nothing. */
  unlisted?: readonly string[];
  /** The form in which it says that it has found nothing: one of {@link ScriptedArchives.emptyAnswers}. */
  emptyAnswer?: string;
  /** Study Instance UIDs for which it answers each question about series and instances with a fault of its own. */
  failing?: readonly string[];
  /** Study Instance UIDs for which it never answers a question about series and instances. */
  silent?: readonly string[];
  /** UIDs of instances whose record cannot be read, such as an attribute that is longer than its record. */
  unreadable?: readonly string[];
}

/** What a {@link ScriptedArchive} may do, apart from its content. */
export type ScriptedAnswer = Exclude<keyof ScriptedArchive, 'patients'>;

/** How the tests open connectors to scripted archives. */
export interface ScriptedArchives {
  /** Opens a connector to a new archive of this kind. `close` ends the archive too. */
  open(archive: ScriptedArchive): Promise<OpenConnector>;
  /** Every form in which the archive language says that nothing was found, by a name for the test. Default: none. */
  emptyAnswers?: readonly string[];
  /** Answers that no archive of this language can give, with the reason. The tests of these answers are left out. */
  impossible?: Partial<Record<ScriptedAnswer, string>>;
}

/** Options of {@link scriptedPatient}. */
export interface ScriptedPatient {
  patientId?: string;
  studies: number;
  /** Series in each study. Default: 1. */
  series?: number;
  /** Instances in each series. Default: 1. */
  instances?: number;
  /** Attributes of each study, by its position. */
  study?(index: number): Partial<Study>;
}

/** Returns a patient for a {@link ScriptedArchive}. The studies are of consecutive days, the first is the oldest. */
export function scriptedPatient(options: ScriptedPatient): Patient {
  const { patientId = 'S-1', studies, series = 1, instances = 1, study } = options;
  const list = <Node>(count: number, make: (index: number) => Node) => Array.from({ length: count }, (_, n) => make(n));
  const digits = Buffer.from(patientId).readUIntBE(0, Math.min(6, Buffer.byteLength(patientId)));
  const uid = (...path: number[]) => `2.25.${[digits, ...path.map((index) => index + 1)].join('.')}`;
  return {
    patientId,
    patientName: 'Scripted^Sam',
    studies: list(studies, (s) => ({
      studyInstanceUid: uid(s),
      studyDate: `202403${String((s % 31) + 1).padStart(2, '0')}`,
      accessionNumber: `${patientId}-${s + 1}`.slice(0, 16),
      series: list(series, (e) => ({
        seriesInstanceUid: uid(s, e),
        seriesNumber: String(e + 1),
        modality: 'CT',
        instances: list(instances, (i) => ({
          sopInstanceUid: uid(s, e, i),
          sopClassUid: '1.2.840.10008.5.1.4.1.1.2',
          instanceNumber: String(i + 1),
        })),
      })),
      ...study?.(s),
    })),
  };
}
