import {
  type DateAndTime,
  type Patient,
  type PatientIdentifier,
  PatientTree,
  type Series,
  type Study,
} from '@pacs-connectors/connector-core';
import { type ColumnName, type ColumnPositions } from '../rows/columns.js';
import { matchIssuer } from './issuers.js';
import { OF_INSTANCE } from './needed-columns.js';
import { type Notices } from './notices.js';
import { PartialRows } from './partial-results.js';
import { type Row } from '../rows/row.js';
import { dateAndTimeOf, integerText, isDateText, modalitiesOfText, textOf, timeOf } from '../rows/values.js';

/**
 * Groups rows in any order into one tree, in one pass. Rows of one series mostly follow each other and have the same values: such a
 * row costs a few comparisons and its instance.
 */
export class RowReader {
  readonly tree = new PatientTree();
  readonly partial = new PartialRows();
  /** Studies of the searched Patient IDs that are left out, because they are from other issuers. */
  private readonly ofOtherIssuers = new Set<string>();

  /**
   * Returns a function that reads rows of one query.
   *
   * @param asked the patients that the query searches for; rows of another issuer are ignored
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

    const readDate = (value: unknown): DateAndTime | undefined => {
      const read = dateAndTimeOf(value);
      if (read.date !== undefined) return read;
      if (isDateText(value)) this.partial.addUnreadableDate(textOf(value) as string);
      return undefined;
    };
    const readSeries = (row: Row): boolean => {
      const patientId = textOf(row[c.patientId]) ?? '';
      const issuerOfPatientId = textOf(row[c.issuerOfPatientId]);
      const studyInstanceUid = textOf(row[c.studyInstanceUid]);
      if (isWanted && !isWanted(patientId, issuerOfPatientId)) {
        this.ofOtherIssuers.add(studyInstanceUid ?? '');
        return false;
      }
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
        patientBirthDate: readDate(row[c.patientBirthDate])?.date,
        patientBirthTime: timeOf(row[c.patientBirthTime]),
        patientSex: textOf(row[c.patientSex]),
      });
      const studied = readDate(row[c.studyDate]) ?? readDate(row[c.studyDateTime]);
      study = tree.study(patient, {
        studyInstanceUid,
        studyDescription: textOf(row[c.studyDescription]),
        studyDate: studied?.date,
        studyTime: timeOf(row[c.studyTime]) ?? studied?.time,
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
      const begun = readDate(row[c.seriesDate]) ?? readDate(row[c.seriesDateTime]);
      series = tree.seriesOf(study, {
        seriesInstanceUid,
        seriesDescription: textOf(row[c.seriesDescription]),
        seriesNumber: integerText(row[c.seriesNumber]),
        modality: textOf(row[c.modality]),
        seriesDate: begun?.date,
        seriesTime: timeOf(row[c.seriesTime]) ?? begun?.time,
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
        // Some queries read the levels above only.
        if (c.sopInstanceUid === -1) continue;
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

  /** How much of the memory the rows need: the number of images, or of series or studies if there are more. */
  get size(): number {
    return Math.max(this.tree.size, this.ofOtherIssuers.size);
  }

  /** Returns the tree of all rows. What is missing from it is added to `notices`. */
  result(notices: Notices): Patient[] {
    const { conflicts } = this.tree;
    this.partial.report(notices);
    if (conflicts.size > 0) notices.contradictingRows(conflicts.size);
    const patients = this.tree.result();
    if (patients.length === 0 && this.ofOtherIssuers.size > 0) notices.otherIssuer(this.ofOtherIssuers.size);
    return patients;
  }
}

function sameAt(positions: readonly number[], row: Row, other: Row): boolean {
  for (const position of positions) if (row[position] !== other[position]) return false;
  return true;
}
