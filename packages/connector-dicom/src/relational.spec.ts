import { afterEach, describe, expect, it } from '@jest/globals';
import { emptyCriteria, type Patient } from '@pacs-connectors/connector-core';
import { type DicomConnector } from './dicom-connector.js';
import { type DicomSettings } from './dicom-settings.js';
import { Tag } from './dimse/tags.js';
import { verdictsOf } from './testing/peer.js';
import { type Find, type ScriptedScp, startScriptedScp } from './testing/scripted-scp.js';
import { connectorTo } from './testing/settings.js';
import { answerFrom, samplePatient, type TreeScpOptions } from './testing/tree-scp.js';

const SMALL = samplePatient('SMALL', 3);
const LARGE = samplePatient('LARGE', 12, 2);

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.stop();
});

interface Setup {
  scp: ScriptedScp;
  connector: DicomConnector;
  /** Changes how the peer behaves from now on. */
  peer: TreeScpOptions;
  /** Asks for a patient: its tree is complete whatever the peer does. @returns the questions that were needed. */
  ask(patient: Patient): Promise<Find[]>;
}

async function start(peer: TreeScpOptions, settings: Partial<DicomSettings> = {}): Promise<Setup> {
  const scp = await startScriptedScp({ find: answerFrom([SMALL, LARGE], () => peer) });
  const connector = connectorTo(scp, settings);
  running.push(scp, { stop: () => connector.close() });
  return {
    scp,
    connector,
    peer,
    async ask(patient) {
      const before = scp.finds.length;
      const criteria = { ...emptyCriteria(), patientIds: [{ id: patient.patientId }] };
      const { patients, notices } = await connector.search(criteria, {
        signal: AbortSignal.timeout(20_000),
        depth: 'instance',
      });
      const uidsOf = (tree: readonly Patient[]) =>
        tree
          .flatMap(({ studies }) => studies.flatMap(({ series }) => series.flatMap(({ instances }) => instances)))
          .map(({ sopInstanceUid }) => sopInstanceUid)
          .sort();
      expect(uidsOf(patients)).toEqual(uidsOf([patient]));
      expect(notices).toEqual([]);
      await verdictsOf(connector);
      return scp.finds.slice(before);
    },
  };
}

/** Ranges of Study Date prove that an answer is complete. */
const isWithoutRange = ({ keys }: Find) => !keys.get(Tag.studyDate);
const isRelational = ({ level, keys }: Find) => level === 'IMAGE' && !keys.get(Tag.seriesInstanceUid);

describe('relational: auto', () => {
  it('proves the question beside the hierarchical ones, then asks 2 questions in place of 25', async () => {
    const { ask } = await start({}, { uidLists: 'off' });
    const first = await ask(LARGE);
    expect(first.filter(({ level }) => level === 'SERIES')).toHaveLength(12);
    expect(first.filter(isRelational).length).toBeGreaterThan(0);
    expect((await ask(LARGE)).map(({ level }) => level).sort()).toEqual(['IMAGE', 'STUDY']);
  });

  it('offers it in the negotiation; off does not', async () => {
    const auto = await start({});
    await auto.ask(SMALL);
    const off = await start({}, { relational: 'off' });
    const finds = await off.ask(SMALL);
    expect([auto.scp.offeredRelational, off.scp.offeredRelational]).toEqual([true, false]);
    expect(finds.filter(isRelational)).toEqual([]);
  });

  it('is not even tried where the peer declines it in the negotiation', async () => {
    const scp = await startScriptedScp({ relational: 0, find: answerFrom([SMALL]) });
    const connector = connectorTo(scp);
    running.push(scp, { stop: () => connector.close() });
    const criteria = { ...emptyCriteria(), patientIds: [{ id: 'SMALL' }] };
    const { patients } = await connector.search(criteria, { signal: AbortSignal.timeout(20_000), depth: 'instance' });
    expect(patients[0]?.studies).toHaveLength(3);
    expect(scp.finds.filter(isRelational)).toEqual([]);
  });

  it('proves an answer that is larger than all proven ones, and detects an archive that cuts long answers', async () => {
    const { ask, connector } = await start({ cutAt: 30 }, { uidLists: 'off' });
    await ask(SMALL);
    expect((await ask(SMALL)).filter(({ level }) => level === 'SERIES')).toHaveLength(0);
    // 48 instances, of which a relational answer gives 30: the tree is complete (ask sees to that).
    const large = await ask(LARGE);
    expect(large.filter(({ level }) => level === 'SERIES')).toHaveLength(12);
    const { details } = await connector.check(AbortSignal.timeout(10_000));
    expect(details).toMatchObject({ 'relational IMAGE by Patient ID': 'refuted' });
  });

  it.each(['refused', 'nothing', 'all'] as const)(
    'is not used where the peer answers it so: %s',
    async (relational) => {
      const { ask } = await start({ relational });
      await ask(SMALL);
      expect((await ask(LARGE)).filter(isRelational)).toEqual([]);
    },
  );

  it.each(['refused', 'nothing', 'all'] as const)(
    'is taken back where the peer comes to answer it so: %s',
    async (relational) => {
      const { ask, peer, connector } = await start({});
      await ask(LARGE);
      expect((await ask(LARGE)).filter(isRelational)).toHaveLength(1);
      peer.relational = relational;
      await ask(LARGE);
      await ask(LARGE);
      expect((await ask(LARGE)).filter(isRelational)).toEqual([]);
      const { details } = await connector.check(AbortSignal.timeout(10_000));
      expect(details).toMatchObject({ 'relational IMAGE by Patient ID': 'refuted' });
    },
  );
});

describe('series and images asked for by their UID alone', () => {
  const series = SMALL.studies[0]?.series[0]?.seriesInstanceUid ?? '';
  const seriesOf = (connector: DicomConnector, ...seriesInstanceUids: string[]) =>
    connector.search(
      { ...emptyCriteria(), seriesInstanceUids },
      { signal: AbortSignal.timeout(20_000), depth: 'instance' },
    );
  const doubt = /nothing for 1 series that were searched by UID alone/;

  it('not found by a peer that has never answered such a question: the answer says that they may be there', async () => {
    const { connector } = await start({ relational: 'nothing' });
    const { patients, notices } = await seriesOf(connector, series);
    expect(patients).toEqual([]);
    expect(notices).toMatchObject([
      { severity: 'WARN', code: 'dicom.search.uid-alone-unproven', description: expect.stringMatching(doubt) },
    ]);
  });

  it('not found by one that has answered such a question: they are not there', async () => {
    const { connector } = await start({});
    expect((await seriesOf(connector, series, '2.25.404')).notices).toEqual([]);
    expect(await seriesOf(connector, '2.25.404')).toEqual({ patients: [], notices: [] });
  });

  it('where relational is off, nothing that is not found is taken for absent', async () => {
    const { connector } = await start({}, { relational: 'off' });
    expect((await seriesOf(connector, series)).notices).toEqual([]);
    expect((await seriesOf(connector, '2.25.404')).notices).toMatchObject([{ severity: 'WARN' }]);
  });
});

describe('relational: on', () => {
  it('is used from the first question, and held against the studies all the same', async () => {
    const { ask, peer } = await start({}, { relational: 'on' });
    expect((await ask(LARGE)).map(({ level }) => level).sort()).toEqual(['IMAGE', 'STUDY']);
    peer.cutAt = 30;
    await ask(LARGE);
  });
});

describe('uid-lists', () => {
  it('auto: proves lists as it goes, then asks 3 questions in place of 37', async () => {
    const { ask } = await start({}, { relational: 'off' });
    expect((await ask(LARGE)).length).toBeLessThan(37);
    expect((await ask(LARGE)).length).toBeLessThan(12);
    expect(await ask(LARGE)).toHaveLength(3);
  });

  it('off: never asks for more than one UID at once', async () => {
    const { ask } = await start({}, { relational: 'off', uidLists: 'off' });
    await ask(LARGE);
    const finds = await ask(LARGE);
    expect(finds).toHaveLength(37);
    expect(finds.flatMap(({ keys }) => [...keys.values()]).filter((value) => value.includes('\\'))).toEqual([]);
  });

  it.each([1, 5])('are not used where the peer looks at the first %i only', async (listLength) => {
    const { ask } = await start({ listLength }, { relational: 'off' });
    await ask(LARGE);
    expect((await ask(LARGE)).length).toBe(37);
  });

  it('are taken back where the peer comes to forget a part', async () => {
    const { ask, peer } = await start({}, { relational: 'off' });
    await ask(LARGE);
    peer.listLength = 5;
    await ask(LARGE);
    expect((await ask(LARGE)).length).toBe(37);
  });
});

describe('filters', () => {
  it('are applied before anything deeper is asked', async () => {
    const { connector, scp } = await start({}, { uidLists: 'off', relational: 'off' });
    const criteria = { ...emptyCriteria(), patientIds: [{ id: 'LARGE' }], filters: { mostRecentResults: 2 } };
    const { patients } = await connector.search(criteria, { signal: AbortSignal.timeout(20_000), depth: 'instance' });
    expect(patients[0]?.studies.map(({ studyDate }) => studyDate).sort()).toEqual(['20250111', '20250112']);
    expect(
      scp.finds
        .filter(isWithoutRange)
        .map(({ level }) => level)
        .sort(),
    ).toEqual([...Array(4).fill('IMAGE'), 'SERIES', 'SERIES', 'STUDY']);
  });
});

describe('a filter by one modality', () => {
  it('is pushed to the archive, by several is not', async () => {
    const { connector, scp } = await start({});
    for (const modalitiesInStudy of [['ct'], ['CT', 'MR']]) {
      const criteria = { ...emptyCriteria(), patientIds: [{ id: 'SMALL' }], filters: { modalitiesInStudy } };
      await connector.search(criteria, { signal: AbortSignal.timeout(20_000), depth: 'study' });
    }
    const finds = scp.finds.filter(isWithoutRange);
    expect(finds.map(({ keys }) => keys.get(Tag.modalitiesInStudy))).toEqual(['CT', '']);
  });
});

describe('information-model', () => {
  const FIND = { study: '1.2.840.10008.5.1.4.1.2.2.1', patient: '1.2.840.10008.5.1.4.1.2.1.1' };

  it.each([
    ['a peer that offers Patient Root only', { accepts: [FIND.patient] }, {}],
    ['information-model: patient', {}, { informationModel: 'patient' as const }],
  ])('%s: every question is of Patient Root and names the patient', async (_, script, settings) => {
    const scp = await startScriptedScp({ ...script, find: answerFrom([SMALL]) });
    const connector = connectorTo(scp, { relational: 'off', ...settings });
    running.push(scp, { stop: () => connector.close() });
    const criteria = { ...emptyCriteria(), patientIds: [{ id: 'SMALL' }] };
    const { patients } = await connector.search(criteria, { signal: AbortSignal.timeout(20_000), depth: 'instance' });
    expect(patients[0]?.studies).toHaveLength(3);
    expect(new Set(scp.finds.map(({ sopClassUid }) => sopClassUid))).toEqual(new Set([FIND.patient]));
    expect(new Set(scp.finds.map(({ keys }) => keys.get(Tag.patientId)))).toEqual(new Set(['SMALL']));
  });
});
