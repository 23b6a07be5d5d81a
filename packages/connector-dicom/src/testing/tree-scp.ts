import { type Patient } from '@pacs-connectors/connector-core';
import { Tag } from '../dimse/tags.js';
import { type Find, type Reply } from './scripted-scp.js';

/** How a peer in memory answers optional queries. */
export interface TreeScpOptions {
  /** Relational queries and lists of UIDs at once: answered rightly, refused, with nothing, or with all it has. */
  relational?: 'right' | 'refused' | 'nothing' | 'all';
  /** Number of UIDs in a list that are answered. */
  listLength?: number;
  /** Number of matches after which an answer ends silently. */
  cutAt?: number;
}

interface Row {
  [tag: number]: string;
}

/** Returns a `find` for a scripted SCP that answers from a tree, at STUDY, SERIES and IMAGE level. */
export function answerFrom(patients: readonly Patient[], options: () => TreeScpOptions = () => ({})) {
  return (find: Find, reply: Reply): void => {
    const { relational = 'right', cutAt = Infinity, listLength = Infinity } = options();
    const isRelational =
      (find.level === 'IMAGE' && !find.keys.get(Tag.seriesInstanceUid)) ||
      (find.level === 'SERIES' && !find.keys.get(Tag.studyInstanceUid));
    if (isRelational && relational === 'refused') return reply.end(0xa900, 'no relational queries');
    if (isRelational && relational === 'nothing') return reply.end();
    const rows = rowsOf(patients, find.level);
    const matching = isRelational && relational === 'all' ? rows : rows.filter((row) => matches(row, find, listLength));
    for (const row of matching.slice(0, cutAt)) reply.match(returned(row, find));
    reply.end();
  };
}

function rowsOf(patients: readonly Patient[], level: string): Row[] {
  return patients.flatMap((patient) =>
    patient.studies.flatMap((study) => {
      const studyRow: Row = {
        [Tag.patientId]: patient.patientId,
        [Tag.patientName]: patient.patientName ?? '',
        [Tag.studyInstanceUid]: study.studyInstanceUid,
        [Tag.studyDate]: study.studyDate ?? '',
        [Tag.accessionNumber]: study.accessionNumber ?? '',
      };
      if (level === 'STUDY') return [studyRow];
      return study.series.flatMap((series) => {
        const seriesRow = {
          ...studyRow,
          [Tag.seriesInstanceUid]: series.seriesInstanceUid,
          [Tag.modality]: series.modality ?? '',
        };
        if (level === 'SERIES') return [seriesRow];
        return series.instances.map((instance) => ({ ...seriesRow, [Tag.sopInstanceUid]: instance.sopInstanceUid }));
      });
    }),
  );
}

function matches(row: Row, { keys }: Find, listLength: number): boolean {
  return [...keys].every(([tag, value]) => {
    if (value === '' || tag === Tag.queryRetrieveLevel || !(tag in row)) return true;
    const held = row[tag] as string;
    if (tag === Tag.studyDate) {
      const [from = '', to = from] = value.split('-');
      return from <= held && (to === '' || held <= to);
    }
    return value === held || value.split('\\').slice(0, listLength).includes(held);
  });
}

function returned(row: Row, { keys, level }: Find): Row {
  const asked = Object.entries(row).filter(([tag]) => keys.has(Number(tag)));
  return { ...Object.fromEntries(asked), [Tag.queryRetrieveLevel]: level };
}

/** Returns a patient with this number of studies, each with 2 series of 2 instances. */
export function samplePatient(patientId: string, studies: number, number = 1): Patient {
  const uid = (...parts: number[]) => `2.25.7.${number}.${parts.join('.')}`;
  const two = <Node>(make: (index: number) => Node) => [make(1), make(2)];
  return {
    patientId,
    patientName: 'Sample^Sam',
    studies: Array.from({ length: studies }, (_, s) => ({
      studyInstanceUid: uid(s + 1),
      studyDate: `202501${String((s % 28) + 1).padStart(2, '0')}`,
      accessionNumber: `A${number}.${s + 1}`,
      series: two((e) => ({
        seriesInstanceUid: uid(s + 1, e),
        modality: 'CT',
        instances: two((i) => ({ sopInstanceUid: uid(s + 1, e, i) })),
      })),
    })),
  };
}
