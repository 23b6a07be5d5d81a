import { afterEach, describe, expect, it } from '@jest/globals';
import { Tag } from './dimse/tags.js';
import { instanceCount, startPeer, stopPeers, studyUidsIn } from './testing/peer.js';
import { type Find, type Reply } from './testing/scripted-scp.js';
import { answerFrom, samplePatient } from './testing/tree-scp.js';

const PATIENT = samplePatient('CUT-1', 27, 81);
const SMALL = samplePatient('CUT-2', 2, 82);
const answer = answerFrom([PATIENT, SMALL]);
const byPatient = { patientIds: [{ id: 'CUT-1' }] };
const off = { relational: 'off', uidLists: 'off' } as const;
/** Ends the answers of one level after so many matches, with the status of success. */
const cutAt =
  (level: string, most: number, find = answer) =>
  (found: Find, reply: Reply): void => {
    let sent = 0;
    const match: Reply['match'] = (attributes) => {
      if (found.level !== level || (sent += 1) <= most) reply.match(attributes);
    };
    find(found, { ...reply, match });
  };

afterEach(stopPeers);

describe('an archive that ends answers at a limit with the status of success, and counts nothing', () => {
  it.each([3, 8, 26])('has further studies found by ranges of Study Date: limit %d', async (most) => {
    const { ask, connector } = await startPeer({ find: cutAt('STUDY', most) });
    const result = await ask(byPatient, 'study');
    expect(studyUidsIn(result)).toHaveLength(27);
    expect(result.notices).toMatchObject([
      {
        severity: 'WARN',
        code: 'dicom.answer.cut-silently',
        description: expect.stringMatching(new RegExp(`after ${most} studies`)),
        missing: { level: 'study' },
      },
    ]);
    expect(await connector.check(AbortSignal.timeout(10_000))).toMatchObject({
      details: { 'silent limit of matches': `${most} at STUDY level` },
    });
  });

  it('is not asked again for an answer smaller than another one', async () => {
    const { ask, scp } = await startPeer({ find: answer });
    expect((await ask(byPatient, 'study')).notices).toEqual([]);
    const before = scp.finds.length;
    expect(await ask({ patientIds: [{ id: 'CUT-2' }] }, 'study')).toMatchObject({ notices: [] });
    expect(scp.finds.length - before).toBe(1);
  });

  it('and is slow with ranges delays the answer by 2 s at most', async () => {
    const { ask } = await startPeer({
      find: (find, reply) => (find.keys.get(Tag.studyDate) ? undefined : answer(find, reply)),
    });
    const start = performance.now();
    const result = await ask(byPatient, 'study');
    expect([studyUidsIn(result).length, result.notices]).toEqual([27, []]);
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it('and does not match by ranges keeps what came', async () => {
    const { ask } = await startPeer({
      find: (find, reply) => {
        find.keys.delete(Tag.studyDate);
        cutAt('STUDY', 9)(find, reply);
      },
    });
    expect(studyUidsIn(await ask(byPatient, 'study'))).toHaveLength(9);
  });

  const numbered = (find: Find, reply: Reply): void => {
    const rows = find.level === 'STUDY' ? 1 : 7;
    for (let number = 1; number <= rows; number += 1) {
      const numberTag = find.level === 'SERIES' ? Tag.seriesNumber : Tag.instanceNumber;
      const asked = find.keys.get(numberTag);
      if (asked && Number(asked) !== number) continue;
      const series = find.level === 'SERIES' ? `2.25.83.${number}` : (find.keys.get(Tag.seriesInstanceUid) ?? '');
      reply.match({
        [Tag.patientId]: 'CUT-1',
        [Tag.studyInstanceUid]: '2.25.83',
        [Tag.seriesInstanceUid]: series,
        [Tag.sopInstanceUid]: `${series}.${number}`,
        [numberTag]: String(number),
      });
    }
    reply.end();
  };

  it.each([
    ['SERIES', 'series', 28],
    ['IMAGE', 'instance', 28],
  ])('is found out by the next number at %s level', async (level, missing, images) => {
    const { ask } = await startPeer({ find: cutAt(level, 4, numbered) }, off);
    const result = await ask(byPatient);
    expect(instanceCount(result)).toBe(images);
    expect(result.notices).toMatchObject([
      {
        code: 'dicom.answer.cut-silently',
        description: expect.stringMatching(/after 4/),
        missing: { level: missing, studyInstanceUids: ['2.25.83'] },
      },
    ]);
  });

  it('is not said of an archive that sent all', async () => {
    const { ask } = await startPeer({ find: numbered }, off);
    const result = await ask(byPatient);
    expect([instanceCount(result), result.notices]).toEqual([49, []]);
  });
});
