import {
  type Depth,
  type Instance,
  modalitiesOf,
  type PatientAttributes,
  type SeriesAttributes,
  type StudyAttributes,
} from '@pacs-connectors/connector-core';
import { type JoinedSeries, type JoinedStudy } from '../join/join-answers.js';

/** One match of a search: a study, a series or an instance, with what it belongs to. */
export interface Found {
  joined: JoinedStudy;
  patient: PatientAttributes;
  study: StudyAttributes;
  series?: JoinedSeries;
  instance?: Instance;
}

/** An attribute that searches match and results contain. */
export interface Attribute {
  /** Eight upper-case hexadecimal digits. */
  tag: string;
  /** Its name in PS3.6. */
  keyword: string;
  vr: string;
  level: 'patient' | Depth;
  /** Returned only if a search asks for it, because it needs the whole tree. */
  counts?: true;
  /** Its values; `undefined` if no archive returned it. */
  values(found: Found): string[] | undefined;
}

/** The attributes of searches and results (PS3.18 10.6.1.2.3, 10.6.3.3). */
export const ATTRIBUTES: readonly Attribute[] = [
  study('00080020', 'StudyDate', 'DA', ({ studyDate }) => studyDate),
  study('00080030', 'StudyTime', 'TM', ({ studyTime }) => studyTime),
  study('00080050', 'AccessionNumber', 'SH', ({ accessionNumber }) => accessionNumber),
  {
    tag: '00080061',
    keyword: 'ModalitiesInStudy',
    vr: 'CS',
    level: 'study',
    values: ({ study, joined }) => {
      const series = joined.series.map((one) => ({ ...one.series, instances: [] }));
      const modalities = modalitiesOf({ ...study, series });
      return modalities.length > 0 ? modalities : undefined;
    },
  },
  study('00080090', 'ReferringPhysicianName', 'PN', ({ referringPhysicianName }) => referringPhysicianName),
  study('00081030', 'StudyDescription', 'LO', ({ studyDescription }) => studyDescription),
  patient('00100010', 'PatientName', 'PN', ({ patientName }) => patientName),
  patient('00100020', 'PatientID', 'LO', ({ patientId }) => patientId),
  patient('00100021', 'IssuerOfPatientID', 'LO', ({ issuerOfPatientId }) => issuerOfPatientId),
  patient('00100030', 'PatientBirthDate', 'DA', ({ patientBirthDate }) => patientBirthDate),
  patient('00100032', 'PatientBirthTime', 'TM', ({ patientBirthTime }) => patientBirthTime),
  patient('00100040', 'PatientSex', 'CS', ({ patientSex }) => patientSex),
  study('0020000D', 'StudyInstanceUID', 'UI', ({ studyInstanceUid }) => studyInstanceUid),
  study('00200010', 'StudyID', 'SH', ({ studyId }) => studyId),
  count('00201206', 'NumberOfStudyRelatedSeries', 'study', ({ joined }) => joined.series.length),
  count('00201208', 'NumberOfStudyRelatedInstances', 'study', ({ joined }) =>
    joined.series.reduce((sum, { instances }) => sum + instances.length, 0),
  ),
  series('00080021', 'SeriesDate', 'DA', ({ seriesDate }) => seriesDate),
  series('00080031', 'SeriesTime', 'TM', ({ seriesTime }) => seriesTime),
  series('00080060', 'Modality', 'CS', ({ modality }) => modality),
  series('0008103E', 'SeriesDescription', 'LO', ({ seriesDescription }) => seriesDescription),
  series('0020000E', 'SeriesInstanceUID', 'UI', ({ seriesInstanceUid }) => seriesInstanceUid),
  series('00200011', 'SeriesNumber', 'IS', ({ seriesNumber }) => seriesNumber),
  count('00201209', 'NumberOfSeriesRelatedInstances', 'series', ({ series: one }) => one?.instances.length ?? 0),
  instance('00080016', 'SOPClassUID', 'UI', ({ sopClassUid }) => sopClassUid),
  instance('00080018', 'SOPInstanceUID', 'UI', ({ sopInstanceUid }) => sopInstanceUid),
  instance('00200013', 'InstanceNumber', 'IS', ({ instanceNumber }) => instanceNumber),
];

const BY_NAME = new Map(
  ATTRIBUTES.flatMap((one) => [
    [one.tag, one],
    [one.keyword, one],
  ]),
);

/** Returns the attribute of a tag (with any letter case) or keyword; `undefined` if searches do not know it. */
export function attributeOf(name: string): Attribute | undefined {
  return BY_NAME.get(/^[0-9a-f]{8}$/i.test(name) ? name.toUpperCase() : name);
}

type Named = [tag: string, keyword: string, vr: string];

function patient(...[tag, keyword, vr, of]: [...Named, (one: PatientAttributes) => string | undefined]): Attribute {
  return { tag, keyword, vr, level: 'patient', values: (found) => textValues(vr, of(found.patient)) };
}

function study(...[tag, keyword, vr, of]: [...Named, (one: StudyAttributes) => string | undefined]): Attribute {
  return { tag, keyword, vr, level: 'study', values: (found) => textValues(vr, of(found.study)) };
}

function series(...[tag, keyword, vr, of]: [...Named, (one: SeriesAttributes) => string | undefined]): Attribute {
  const values = (found: Found) => (found.series ? textValues(vr, of(found.series.series)) : undefined);
  return { tag, keyword, vr, level: 'series', values };
}

function instance(...[tag, keyword, vr, of]: [...Named, (one: Instance) => string | undefined]): Attribute {
  const values = (found: Found) => (found.instance ? textValues(vr, of(found.instance)) : undefined);
  return { tag, keyword, vr, level: 'instance', values };
}

function count(tag: string, keyword: string, level: Depth, of: (found: Found) => number): Attribute {
  const values = (found: Found) => {
    const number = of(found);
    // An archive that lists no instances does not count them.
    return number > 0 ? [String(number)] : undefined;
  };
  return { tag, keyword, vr: 'IS', level, counts: true, values };
}

function textValues(vr: string, text: string | undefined): string[] | undefined {
  const trimmed = text?.trim();
  if (!trimmed) return undefined;
  return vr === 'PN' || vr === 'LO' ? [trimmed] : trimmed.split('\\').map((one) => one.trim());
}
