import { afterEach, describe, expect, it } from '@jest/globals';
import { type Patient } from '@pacs-connectors/connector-core';
import { Tag } from './dimse/tags.js';
import { startPeer, stopPeers, verdictsOf } from './testing/peer.js';
import { type Find, type Reply } from './testing/scripted-scp.js';
import { answerFrom, samplePatient } from './testing/tree-scp.js';

const of = (number: number, issuerOfPatientId?: string): Patient => ({
  ...samplePatient('P1', 1, number),
  ...(issuerOfPatientId && { issuerOfPatientId }),
});
/** Answers from these patients, who have one id. */
function answerWithIssuer(find: Find, reply: Reply, patients: readonly Patient[]): void {
  for (const patient of patients) {
    const issuer = find.keys.has(Tag.issuerOfPatientId) ? (patient.issuerOfPatientId ?? '') : '';
    const match: Reply['match'] = (attributes, status) =>
      reply.match(issuer ? { ...attributes, [Tag.issuerOfPatientId]: issuer } : attributes, status);
    answerFrom([patient])(find, { ...reply, match, end: () => undefined });
  }
  reply.end();
}
const ofA = { patientIds: [{ id: 'P1', issuer: 'A' }] };

afterEach(stopPeers);

describe('a Patient ID with its issuer', () => {
  it('studies without an issuer beside those with one are left out, and that is said', async () => {
    const { ask } = await startPeer({ find: (find, reply) => answerWithIssuer(find, reply, [of(1, 'A'), of(2)]) });
    const { patients, notices } = await ask(ofA, 'study');
    expect(patients).toMatchObject([{ issuerOfPatientId: 'A' }]);
    expect(notices).toMatchObject([{ severity: 'WARN', code: 'dicom.issuer.unknown' }]);
  });

  it.each([{ issuer: 'A' }, { universalEntityId: '1.2.3' }])(
    'shows all studies of an archive without issuers, with a notice: %j',
    async (issuer) => {
      const { ask } = await startPeer({ find: (find, reply) => answerWithIssuer(find, reply, [of(1), of(2)]) });
      const { patients, notices } = await ask({ patientIds: [{ id: 'P1', ...issuer }] }, 'study');
      expect(patients[0]?.studies).toHaveLength(2);
      expect(notices).toMatchObject([{ severity: 'INFO', code: 'dicom.issuer.not-checked' }]);
    },
  );

  it('is looked for in all studies, whatever the modality', async () => {
    const { ask } = await startPeer({
      find: (find, reply) =>
        answerWithIssuer(find, reply, find.keys.get(Tag.modalitiesInStudy) ? [of(1)] : [of(1), of(2, 'B')]),
    });
    expect((await ask({ ...ofA, filters: { modalitiesInStudy: ['CT'] } }, 'study')).patients).toEqual([]);
  });

  it('studies that come to light while the tree is read are of that issuer too', async () => {
    const first = of(1, 'A');
    const late = [of(2, 'A'), of(3, 'B')];
    let arrived = false;
    const { ask, connector } = await startPeer({
      find: (find, reply) => {
        const known = find.level === 'STUDY' && !find.keys.get(Tag.studyInstanceUid);
        answerWithIssuer(find, reply, arrived && !known ? [first, ...late] : [first]);
      },
    });
    await ask(ofA);
    expect(await verdictsOf(connector)).toMatchObject({ 'relational IMAGE by Patient ID': 'proven' });
    arrived = true;
    const { patients } = await ask(ofA);
    expect(patients).toMatchObject([{ issuerOfPatientId: 'A', studies: [{}, {}] }]);
  });
});
