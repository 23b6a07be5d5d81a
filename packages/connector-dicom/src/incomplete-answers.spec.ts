import { afterEach, describe, expect, it } from '@jest/globals';
import { Tag } from './dimse/tags.js';
import { instanceCount, startPeer, stopPeers, studyUidsIn } from './testing/peer.js';
import { type Reply } from './testing/scripted-scp.js';
import { answerFrom, samplePatient } from './testing/tree-scp.js';

const PATIENT = samplePatient('P1', 3);
const answer = answerFrom([PATIENT]);
const byPatient = { patientIds: [{ id: 'P1' }] };
const warning = (code: string, text: RegExp) => [{ severity: 'WARN', code, description: expect.stringMatching(text) }];

afterEach(stopPeers);

describe('an answer that lacks something says so', () => {
  it('studies in which the archive lists nothing', async () => {
    const { ask } = await startPeer({
      find: (find, reply) => (find.level === 'STUDY' ? answer(find, reply) : reply.end()),
    });
    expect((await ask(byPatient)).notices).toMatchObject(
      warning('dicom.studies.empty', /lists 3 studies, but nothing in them/),
    );
  });

  it('series of which it lists no image', async () => {
    const { ask } = await startPeer(
      {
        find: (find, reply) =>
          find.level === 'IMAGE' && find.keys.get(Tag.seriesInstanceUid)?.endsWith('.2')
            ? reply.end()
            : answer(find, reply),
      },
      { relational: 'off', uidLists: 'off' },
    );
    const result = await ask(byPatient);
    expect(instanceCount(result)).toBe(6);
    expect(result.notices).toMatchObject(warning('dicom.series.empty', /lists 3 series, but no images in them/));
  });

  it('a series asked for by its UID that has more images than the archive lists', async () => {
    const { ask } = await startPeer({
      find: (find, reply) =>
        answer(find, {
          ...reply,
          match: (attributes, status) =>
            reply.match({ ...attributes, [Tag.numberOfSeriesRelatedInstances]: '9' }, status),
        }),
    });
    const seriesInstanceUids = [PATIENT.studies[0]?.series[0]?.seriesInstanceUid ?? ''];
    expect((await ask({ seriesInstanceUids })).notices).toMatchObject(
      warning('dicom.images.missing', /counts 7 more images/),
    );
  });

  it('studies that do not say whose they are', async () => {
    const { ask } = await startPeer({
      find: (_, reply) => {
        reply.match({ [Tag.studyInstanceUid]: '2.25.1' });
        reply.end();
      },
    });
    expect(await ask(byPatient, 'study')).toMatchObject({
      patients: [],
      notices: warning('dicom.matches.without-key', /without the Patient ID/),
    });
  });
});

describe('nothing is left out for its form', () => {
  /** Answers any STUDY question with these studies. */
  const studies = (...matches: Record<number, string>[]) => ({
    find: (_: unknown, reply: Reply) => {
      for (const match of matches) reply.match({ [Tag.patientId]: 'P1', ...match });
      reply.end();
    },
  });

  it('an Accession Number longer than SH is asked for: archives hold such', async () => {
    const number = 'A-VERY-LONG-ACCESSION-NUMBER';
    const { ask } = await startPeer(studies({ [Tag.studyInstanceUid]: '2.25.1', [Tag.accessionNumber]: number }));
    expect(studyUidsIn(await ask({ accessionNumbers: [number] }, 'study'))).toEqual(['2.25.1']);
  });

  it('dates of ACR-NEMA are dates, and what is no date counts as none', async () => {
    const { ask } = await startPeer(
      studies(
        { [Tag.studyInstanceUid]: '2.25.1', [Tag.studyDate]: '2024.01.31' },
        { [Tag.studyInstanceUid]: '2.25.2', [Tag.studyDate]: 'rubbish' },
        { [Tag.studyInstanceUid]: '2.25.3', [Tag.studyDate]: '20240201', [Tag.studyTime]: 'noon' },
      ),
    );
    const kept = async (filters: object) => studyUidsIn(await ask({ ...byPatient, filters }, 'study'));
    expect(await kept({ lowerDateTime: { date: '20240101' } })).toEqual(['2.25.1', '2.25.2', '2.25.3']);
    expect(await kept({ upperDateTime: { date: '20240131' } })).toEqual(['2.25.1', '2.25.2']);
    expect(await kept({ upperDateTime: { date: '20240201', time: '120000' } })).toEqual(['2.25.1', '2.25.2', '2.25.3']);
    expect(await kept({ mostRecentResults: 1 })).toEqual(['2.25.3']);
  });
});
