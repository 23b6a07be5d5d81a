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
    notices: notices.map(({ code }) => code),
    descriptions: notices.map(({ description }) => description),
  };
}

describe('the issuer of a Patient ID', () => {
  it('is compared if the server returns it', async () => {
    const { names, notices } = await search({}, { id: '0042', issuer: 'HOSPITAL_B' });
    expect(names).toEqual(['Inventado^Íñigo']);
    expect(notices).toEqual([]);
  });

  it('is left to a server that matches and does not return it', async () => {
    const { names } = await search({ includeField: 'dropped' }, { id: '0042', issuer: 'HOSPITAL_B' });
    expect(names).toEqual(['Inventado^Íñigo']);
  });

  it('gets a notice if the server neither returns nor matches it', async () => {
    const { names, notices } = await search(
      { includeField: 'dropped', ignoresIssuer: true },
      { id: '0042', issuer: 'HOSPITAL_B' },
    );
    expect(names).toHaveLength(1);
    expect(notices).toEqual(['dicomweb.issuer.unchecked']);
  });

  it('that the archive does not know gets a notice with the number of studies', async () => {
    const { names, notices, descriptions } = await search({}, { id: 'DEMO_2', issuer: 'HOSPITAL_A' });
    expect(names).toEqual([]);
    expect(notices).toEqual(['dicomweb.issuer.unknown']);
    expect(descriptions[0]).toContain('1 study of the Patient ID without the requested issuer. They are not shown.');
  });

  it('that is a universal ID gets a notice if the server does not return it', async () => {
    const asked = { id: 'DEMO-1', universalEntityId: '1.2.3', universalEntityIdType: 'ISO' };
    const { names, notices } = await search({}, asked);
    expect(names).toEqual(['Muster^Erika']);
    expect(notices).toEqual(['dicomweb.issuer.unchecked']);
  });
});
