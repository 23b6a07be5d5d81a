import { afterEach, describe, expect, it } from '@jest/globals';
import { emptyCriteria, type PatientIdentifier } from '@pacs-connectors/connector-core';
import { sampleArchive } from '@pacs-connectors/connector-testkit';
import { connectorTo } from './testing/connector-to.js';
import { type FakeQidoBehaviour, startFakeQido } from './testing/fake-qido.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function search(behaviour: FakeQidoBehaviour, asked: PatientIdentifier) {
  const server = await startFakeQido(sampleArchive, behaviour);
  const connector = connectorTo(server.url);
  ends.push(() => connector.close(), server.stop);
  const criteria = { ...emptyCriteria(), patientIds: [asked] };
  const { patients, notices } = await connector.search(criteria, {
    signal: AbortSignal.timeout(20_000),
    depth: 'instance',
  });
  return {
    names: patients.map(({ patientName }) => patientName),
    notices: notices.map(({ title }) => title),
    descriptions: notices.map(({ description }) => description),
  };
}

describe('the issuer of a Patient ID', () => {
  it('is compared where the server gives it', async () => {
    const { names, notices } = await search({}, { id: '0042', issuer: 'HOSPITAL_B' });
    expect(names).toEqual(['Inventado^Íñigo']);
    expect(notices).toEqual([]);
  });

  it('is left to a server that matches it and does not give it', async () => {
    const { names } = await search({ includeField: 'dropped' }, { id: '0042', issuer: 'HOSPITAL_B' });
    expect(names).toEqual(['Inventado^Íñigo']);
  });

  it('is said not to have been checked where the server neither gives nor matches it', async () => {
    const { names, notices } = await search(
      { includeField: 'dropped', ignoresIssuer: true },
      { id: '0042', issuer: 'HOSPITAL_B' },
    );
    expect(names).toHaveLength(1);
    expect(notices).toEqual(['Issuer not checked']);
  });

  it('that the archive does not know is said to hide studies', async () => {
    const { names, notices, descriptions } = await search({}, { id: 'DEMO_2', issuer: 'HOSPITAL_A' });
    expect(names).toEqual([]);
    expect(notices).toEqual(['Issuer not known']);
    expect(descriptions[0]).toContain('1 study is not shown');
  });

  it('told only by a universal ID that the server does not give is said not to have been checked', async () => {
    const asked = { id: 'DEMO-1', universalEntityId: '1.2.3', universalEntityIdType: 'ISO' };
    const { names, notices } = await search({}, asked);
    expect(names).toEqual(['Muster^Erika']);
    expect(notices).toEqual(['Issuer not checked']);
  });
});
