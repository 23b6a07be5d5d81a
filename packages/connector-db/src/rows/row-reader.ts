import {
  type Notice,
  type Patient,
  type PatientIdentifier,
  PatientTree,
  type Series,
  type Study,
} from '@pacs-connectors/connector-core';
import { type ColumnName, type ColumnPositions } from './columns.js';
import { issuerTest } from '../search/issuers.js';
import { dateAndTimeOf, integerText, modalitiesOfText, textOf, timeOf } from './values.js';

export type Row = readonly unknown[];

/** The columns that tell of an instance and of nothing above it. */
const OF_INSTANCE: readonly ColumnName[] = ['sopInstanceUid', 'sopClassUid', 'instanceNumber'];

/**
 * Groups rows into one tree in one pass, whatever their order. Rows of one series mostly follow each other, and say the same of
 * it: such a row costs a few comparisons and its instance.
 */
export class RowReader {
  private readonly tree = new PatientTree();
  /** Rows that end above the instance: a study without series, a series without instances. */
  private unfinished = 0;
  /** Rows with a UID that nothing can hang on, since one above it is missing. */
  private detached = 0;

  constructor(private readonly archiveId: string) {}

  /**
   * A function that takes rows of one query.
   *
   * @param asked where the query looks for patients: rows of another issuer than the one asked for are passed over.
   */
  rowsOf(columns: ColumnPositions, asked: readonly PatientIdentifier[]): (rows: readonly Row[]) => void {
    const c = columns;
    const { tree } = this;
    const above = (Object.keys(c) as ColumnName[]).flatMap((name) =>
      c[name] === -1 || OF_INSTANCE.includes(name) ? [] : [c[name]],
    );
    const isWanted = c.issuerOfPatientId === -1 ? undefined : issuerTest(asked);
    let last: Row | undefined;
    let patient: Patient;
    let study: Study;
    let series: Series;

    const readSeries = (row: Row): boolean => {
      const patientId = textOf(row[c.patientId]) ?? '';
      const issuerOfPatientId = textOf(row[c.issuerOfPatientId]);
      if (isWanted && !isWanted(patientId, issuerOfPatientId)) return false;
      const studyInstanceUid = textOf(row[c.studyInstanceUid]);
      const seriesInstanceUid = textOf(row[c.seriesInstanceUid]);
      const sopInstanceUid = textOf(row[c.sopInstanceUid]);
      if (studyInstanceUid === undefined) {
        if (seriesInstanceUid !== undefined || sopInstanceUid !== undefined) this.detached++;
        else this.unfinished++;
        return false;
      }
      patient = tree.patient({
        patientId,
        issuerOfPatientId,
        patientName: textOf(row[c.patientName]),
        patientBirthDate: dateAndTimeOf(row[c.patientBirthDate]).date,
        patientBirthTime: timeOf(row[c.patientBirthTime]),
        patientSex: textOf(row[c.patientSex]),
      });
      const studied = dateAndTimeOf(row[c.studyDate]);
      study = tree.study(patient, {
        studyInstanceUid,
        studyDescription: textOf(row[c.studyDescription]),
        studyDate: studied.date,
        studyTime: timeOf(row[c.studyTime]) ?? studied.time,
        accessionNumber: textOf(row[c.accessionNumber]),
        studyId: textOf(row[c.studyId]),
        referringPhysicianName: textOf(row[c.referringPhysicianName]),
        modalitiesInStudy: modalitiesOfText(row[c.modalitiesInStudy]),
      });
      if (seriesInstanceUid === undefined) {
        if (sopInstanceUid !== undefined) this.detached++;
        else this.unfinished++;
        return false;
      }
      const begun = dateAndTimeOf(row[c.seriesDate]);
      series = tree.seriesOf(study, {
        seriesInstanceUid,
        seriesDescription: textOf(row[c.seriesDescription]),
        seriesNumber: integerText(row[c.seriesNumber]),
        modality: textOf(row[c.modality]),
        seriesDate: begun.date,
        seriesTime: timeOf(row[c.seriesTime]) ?? begun.time,
      });
      return true;
    };

    return (rows) => {
      for (const row of rows) {
        if (last === undefined || !sameAt(above, row, last)) {
          last = undefined;
          if (!readSeries(row)) continue;
          last = row;
        }
        const sopInstanceUid = textOf(row[c.sopInstanceUid]);
        if (sopInstanceUid === undefined) {
          this.unfinished++;
          continue;
        }
        tree.instance(series, {
          sopInstanceUid,
          sopClassUid: textOf(row[c.sopClassUid]),
          instanceNumber: integerText(row[c.instanceNumber]),
        });
      }
    };
  }

  /** The tree of all rows taken, and what its reader has to know about them. */
  result(): { patients: Patient[]; notices: Notice[] } {
    const { conflicts } = this.tree;
    const notices: Notice[] = [];
    const say = (severity: Notice['severity'], title: string, description: string) =>
      notices.push({ severity, title, description: `Archive ${this.archiveId}: ${description}` });
    if (this.detached > 0) {
      const what = `${rowCount(this.detached)} without the Study or Series Instance UID that it belongs to could not be listed.`;
      say('WARN', 'Images not listed', what);
    }
    if (this.unfinished > 0) {
      const what = `${rowCount(this.unfinished)} without a series or an image: a study or series that is still empty.`;
      say('INFO', 'Nothing to show yet', what);
    }
    if (conflicts.size > 0) {
      const what = `${conflicts.size} Study, Series or SOP Instance UID(s) stand under more than one patient, study or series; each is listed once.`;
      say('WARN', 'Contradicting rows', what);
    }
    return { patients: this.tree.result(), notices };
  }
}

function sameAt(positions: readonly number[], row: Row, other: Row): boolean {
  for (const position of positions) if (row[position] !== other[position]) return false;
  return true;
}

function rowCount(count: number): string {
  return count === 1 ? 'one row' : `${count} rows`;
}
