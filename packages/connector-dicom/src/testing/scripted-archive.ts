import { type Patient } from '@pacs-connectors/connector-core';
import { type ScriptedArchive, type ScriptedArchives } from '@pacs-connectors/connector-testkit';
import { Tag } from '../dimse/tags.js';
import { type Find, type Reply, startScriptedScp } from './scripted-scp.js';
import { connectorTo } from './settings.js';
import { answerFrom } from './tree-scp.js';

/** The forms in which SCPs say that nothing was found (PS3.4 C.4.1.1.4, PS3.7 9.3.2.2). */
const EMPTY_ANSWERS: Record<string, (reply: Reply) => void> = {
  'status 0x0000': (reply) => reply.end(),
  'status 0x0000 with a data set': (reply) => reply.endWith({ [Tag.queryRetrieveLevel]: 'STUDY' }),
  'status 0x0000 that announces a data set': (reply) => reply.endAnnouncing(),
};

/** An identifier whose only element claims more bytes than there are. */
const OVERLONG = Buffer.from([0x08, 0x00, 0x18, 0x00, 0xff, 0xff, 0x00, 0x00, 0x31, 0x2e]);

/**
 * A question about several studies would be a question about the silent one too. Images are asked for after the series of all
 * studies, so a silent study has to fail before the deadline.
 */
const STUDY_BY_STUDY = { relational: 'off', uidLists: 'off', responseTimeoutMs: 1_000 } as const;

/** SCPs that follow the scripts of the conformance suite. */
export const scripted: ScriptedArchives = {
  emptyAnswers: Object.keys(EMPTY_ANSWERS),
  impossible: { hidden: 'C-FIND has no pages.' },
  async open(archive) {
    const scp = await startScriptedScp({ find: (find, reply) => follow(archive, find, reply) });
    const connector = connectorTo(scp, archive.silent ? STUDY_BY_STUDY : {});
    return {
      connector,
      close: async () => {
        await connector.close();
        await scp.stop();
      },
    };
  },
};

function follow(archive: ScriptedArchive, find: Find, reply: Reply): void {
  const { patients, finds = {}, failing = [], silent = [], mostResults, emptyAnswer } = archive;
  const isOfStudies = find.level === 'STUDY' || find.level === 'PATIENT';
  const answered = new Set<string>();
  const found: Record<number, string>[] = [];
  for (const tag of [Tag.patientId, Tag.accessionNumber]) {
    const held = finds[find.keys.get(tag) ?? ''];
    if (held !== undefined) find.keys.set(tag, held);
  }
  const collect: Reply['match'] = (attributes) => {
    found.push(attributes as Record<number, string>);
    answered.add(String(attributes[Tag.studyInstanceUid]));
  };
  // What matches no date is no reason to leave a study out.
  if (find.keys.has(Tag.studyDate)) find.keys.set(Tag.studyDate, '');
  answerFrom(patients, () => ({ cutAt: mostResults }))(find, {
    ...reply,
    match: collect,
    end: (status, comment) => {
      if (!isOfStudies && silent.some((uid) => answered.has(uid))) return;
      if (!isOfStudies && failing.some((uid) => answered.has(uid))) return reply.end(0xc000, 'Unable to process');
      if (found.length === 0 && emptyAnswer !== undefined) return EMPTY_ANSWERS[emptyAnswer]?.(reply);
      for (const attributes of found) send(archive, find, attributes, reply);
      reply.end(status, comment);
    },
  });
}

function send(archive: ScriptedArchive, find: Find, attributes: Record<number, string>, reply: Reply): void {
  const { patients, unlisted = [], unreadable = [], otherPatientIds = {} } = archive;
  const { [Tag.studyInstanceUid]: study = '', [Tag.seriesInstanceUid]: series = '' } = attributes;
  if (find.level !== 'STUDY' && unlisted.includes(study)) return;
  if (find.level === 'IMAGE' && unlisted.includes(series)) return;
  if (unreadable.includes(attributes[Tag.sopInstanceUid] ?? '')) return reply.matchBytes(OVERLONG);
  const known = valuesOf(patients, attributes);
  const others = otherPatientIds[attributes[Tag.patientId] ?? ''] ?? [];
  if (others.length > 0) known[Tag.otherPatientIds] = others.join('\\');
  const requested = Object.entries(known).filter(([tag]) => find.keys.has(Number(tag)));
  reply.match({ ...attributes, ...Object.fromEntries(requested) });
}

/** Returns the modalities and the counts of the study or series of a match, for the level of the match. */
function valuesOf(patients: readonly Patient[], attributes: Record<number, string>): Record<number, string> {
  const uid = attributes[Tag.studyInstanceUid];
  const patient = patients.find(({ studies }) => studies.some(({ studyInstanceUid }) => studyInstanceUid === uid));
  const study = patient?.studies.find(({ studyInstanceUid }) => studyInstanceUid === uid);
  if (!patient || !study) return {};
  const series = study.series.find(({ seriesInstanceUid }) => seriesInstanceUid === attributes[Tag.seriesInstanceUid]);
  if (series) return { [Tag.numberOfSeriesRelatedInstances]: String(series.instances.length) };
  const instances = study.series.reduce((sum, one) => sum + one.instances.length, 0);
  const values: Record<number, string> = {
    [Tag.numberOfPatientRelatedStudies]: String(patient.studies.length),
    [Tag.numberOfStudyRelatedSeries]: String(study.series.length),
    [Tag.numberOfStudyRelatedInstances]: String(instances),
  };
  if (study.modalitiesInStudy) values[Tag.modalitiesInStudy] = study.modalitiesInStudy.join('\\');
  return values;
}
