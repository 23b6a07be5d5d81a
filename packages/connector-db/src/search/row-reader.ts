import {
  type Patient,
  type PatientIdentifier,
  PatientTree,
  type Series,
  type Study,
} from '@pacs-connectors/connector-core';
import { type ColumnName, type ColumnPositions } from '../rows/columns.js';
import { matchIssuer } from './issuers.js';
import { type Notices } from './notices.js';
import { PartialRows } from './partial-results.js';
import { type Row } from '../rows/row.js';
import { dateAndTimeOf, integerText, modalitiesOfText, textOf, timeOf } from '../rows/values.js';

/** The columns that tell of an instance and of nothing above it. */
const OF_INSTANCE: readonly ColumnName[] = ['sopInstanceUid', 'sopClassUid', 'instanceNumber'];

/**
 * Groups rows into one tree in one pass, whatever their order. Rows of one series mostly follow each other, and say the same of
 * it: such a row costs a few comparisons and its instance.
 */
export class RowReader {
  private readonly tree = new PatientTree();
  private readonly partial = new PartialRows();

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
    const isWanted = c.issuerOfPatientId === -1 ? undefined : matchIssuer(asked);
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
        if (seriesInstanceUid !== undefined || sopInstanceUid !== undefined) this.partial.withoutParent++;
        else this.partial.withoutImage++;
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
        if (sopInstanceUid !== undefined) this.partial.withoutParent++;
        else this.partial.withoutImage++;
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
          this.partial.withoutImage++;
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

  /** The tree of all rows taken. What is missing from it is added to `notices`. */
  result(notices: Notices): Patient[] {
    const { conflicts } = this.tree;
    this.partial.report(notices);
    if (conflicts.size > 0) notices.contradictingRows(conflicts.size);
    return this.tree.result();
  }
}

function sameAt(positions: readonly number[], row: Row, other: Row): boolean {
  for (const position of positions) if (row[position] !== other[position]) return false;
  return true;
}
