import { afterEach, describe, expect, it } from '@jest/globals';
import { Tag } from './dimse/tags.js';
import { instanceCount, startPeer, stopPeers } from './testing/peer.js';
import { type Find, type Reply } from './testing/scripted-scp.js';
import { answerFrom, samplePatient } from './testing/tree-scp.js';
import { ReturnKeySupport } from './search/return-key-support.js';

const PATIENT = samplePatient('KEYS-1', 3, 71);
const answer = answerFrom([PATIENT]);
const byPatient = { patientIds: [{ id: 'KEYS-1' }] };
const off = { relational: 'off', uidLists: 'off' } as const;
const STUDY_ROOT = '1.2.840.10008.5.1.4.1.2.2.1';

afterEach(stopPeers);

describe('an archive that does not support a return key', () => {
  it.each([
    ['refuses a computed attribute of studies', Tag.modalitiesInStudy, (reply: Reply) => reply.end(0xa900)],
    ['cannot process the count of images', Tag.numberOfSeriesRelatedInstances, (reply: Reply) => reply.end(0xc001)],
    ['finds nothing with Issuer of Patient ID', Tag.issuerOfPatientId, (reply: Reply) => reply.end()],
    ['finds nothing with Series Description', Tag.seriesDescription, (reply: Reply) => reply.end()],
    ['refuses Specific Character Set', Tag.specificCharacterSet, (reply: Reply) => reply.end(0xa900)],
    ['finds nothing with Specific Character Set', Tag.specificCharacterSet, (reply: Reply) => reply.end()],
    ['refuses SOP Class UID', Tag.sopClassUid, (reply: Reply) => reply.end(0x0110)],
  ])('is queried without it, and that is remembered: it %s', async (_, key, wrong) => {
    const { ask, scp, connector } = await startPeer(
      { find: (find, reply) => (find.keys.has(key) ? wrong(reply) : answer(find, reply)) },
      off,
    );
    const first = await ask(byPatient);
    expect([instanceCount(first), first.notices]).toEqual([12, []]);
    const before = scp.finds.length;
    expect(instanceCount(await ask(byPatient))).toBe(12);
    expect(scp.finds.slice(before).filter(({ keys }) => keys.has(key))).toEqual([]);
    expect(scp.finds.length - before).toBe(10);
    expect(await connector.check(AbortSignal.timeout(10_000))).toMatchObject({
      details: { 'return keys': expect.stringMatching(/left out/) },
    });
  });

  it('keeps the keys that it supports', async () => {
    const { ask } = await startPeer(
      {
        find: (find, reply) => (find.keys.has(Tag.numberOfStudyRelatedSeries) ? reply.end() : answer(find, reply)),
      },
      off,
    );
    expect((await ask(byPatient, 'study')).patients).toMatchObject([{ patientName: 'Sample^Sam' }]);
  });

  it('is asked with all keys if it answers so: "nothing" and refusals are then what they are', async () => {
    const { ask, scp } = await startPeer(
      {
        find: (find, reply) =>
          find.keys.get(Tag.seriesInstanceUid)?.endsWith('.3.2') ? reply.end(0xc001) : answer(find, reply),
      },
      off,
    );
    await ask(byPatient, 'study');
    const before = scp.finds.length;
    expect((await ask({ patientIds: [{ id: 'NOBODY' }] })).patients).toEqual([]);
    expect(scp.finds.length - before).toBe(1);
    expect((await ask(byPatient)).notices).toMatchObject([{ code: 'dicom.queries.refused' }]);
  });

  it('is asked with all keys again if its first refusal passes', async () => {
    const { ask, scp, connector } = await startPeer(
      { find: (find, reply, count) => (count === 1 ? reply.end(0xc001, 'restarting') : answer(find, reply)) },
      off,
    );
    expect(instanceCount(await ask(byPatient))).toBe(12);
    expect((await connector.check(AbortSignal.timeout(10_000))).details).not.toHaveProperty('query model');
    expect(scp.finds.at(-1)?.sopClassUid).toBe(STUDY_ROOT);
  });

  it('and that refuses everything has its refusal as the error', async () => {
    const { ask } = await startPeer({ find: (_, reply) => reply.end(0xa900, 'never') });
    await expect(ask(byPatient)).rejects.toMatchObject({ code: 'dicom.find.identifier-mismatch' });
  });
});

describe('an archive that accepts Study Root and refuses its queries', () => {
  const find = (found: Find, reply: Reply): void => {
    if (found.sopClassUid === STUDY_ROOT) return reply.end(0x0122);
    if (!found.keys.get(Tag.patientId)) return reply.end(0xa900, 'no patient');
    if (found.level === 'PATIENT') {
      reply.match({ [Tag.patientId]: 'KEYS-1', [Tag.patientName]: 'Root^Ruth' });
      return reply.end();
    }
    const match: Reply['match'] = ({ [Tag.patientName]: _, ...attributes }) => reply.match(attributes);
    answer(found, { ...reply, match });
  };

  it('is queried in Patient Root with its levels, and that is remembered', async () => {
    const { ask, scp, connector } = await startPeer({ find }, off);
    const first = await ask(byPatient);
    expect(first).toMatchObject({ patients: [{ patientName: 'Root^Ruth' }], notices: [] });
    expect(instanceCount(first)).toBe(12);
    const before = scp.finds.length;
    await ask(byPatient);
    expect(scp.finds.slice(before).filter(({ sopClassUid }) => sopClassUid === STUDY_ROOT)).toEqual([]);
    expect(await connector.check(AbortSignal.timeout(10_000))).toMatchObject({
      details: { 'query model': expect.stringMatching(/Patient Root/) },
    });
  });
});

it('the form of a query is forgotten after an hour', () => {
  let now = 0;
  const support = new ReturnKeySupport(() => now);
  support.confirm('STUDY', { model: 'patient', withoutKeys: new Set([Tag.modalitiesInStudy]) });
  now = 3_599_999;
  expect([support.model, support.supported([Tag.modalitiesInStudy, Tag.studyDate])]).toEqual([
    'patient',
    [Tag.studyDate],
  ]);
  now = 3_600_000;
  expect([support.model, support.supported([Tag.modalitiesInStudy])]).toEqual([undefined, [Tag.modalitiesInStudy]]);
});
