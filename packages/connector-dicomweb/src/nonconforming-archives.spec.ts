import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { conformanceCases, type ConformanceOptions, sampleArchive } from '@pacs-connectors/connector-testkit';
import { errors } from './errors/error-codes.js';
import { connectorTo } from './testing/connector-to.js';
import { type FakeQido, type FakeQidoBehaviour, startFakeQido } from './testing/fake-qido.js';

/** Servers of all kinds with the same content. Nothing is lost with any of them. */
const SERVERS: Record<string, { behaviour: FakeQidoBehaviour; options?: ConformanceOptions }> = {
  'does everything in the standard': { behaviour: { wildcards: true } },
  'caps answers at 3 and says so, and has 204 for nothing': {
    behaviour: { cap: 3, warns: true, nothing: 204, wildcards: true },
  },
  'caps answers at 12 without a notice, and has 404 for nothing': { behaviour: { cap: 12, nothing: 404 } },
  'gives no counts': { behaviour: { countless: true } },
  'gives no counts and caps answers at 10 without a notice': { behaviour: { countless: true, cap: 10 } },
  'gives bare instances': { behaviour: { bareInstances: true } },
  'gives instances with the modality of their series alone': { behaviour: { bareInstances: 'but for the modality' } },
  'gives bare instances and no counts': { behaviour: { bareInstances: true, countless: true } },
  'knows includefield=all only, and answers as application/json': {
    behaviour: { includeField: 'all', contentType: 'application/json; charset=utf-8' },
  },
  'ignores includefield': {
    behaviour: { includeField: 'dropped', ignoresIssuer: true },
    options: { lacks: ['studyDescription', 'patientBirthTime', 'seriesDate', 'seriesTime', 'issuerOfPatientId'] },
  },
  'rejects includefield': {
    behaviour: { includeField: 'refused', ignoresIssuer: true },
    options: { lacks: ['studyDescription', 'patientBirthTime', 'seriesDate', 'seriesTime', 'issuerOfPatientId'] },
  },
  'returns few attributes by default, 100 results at once, as Azure': {
    behaviour: { sparse: true, cap: 100, nothing: 204, uidLists: false },
  },
  'understands no UID lists': { behaviour: { uidLists: false } },
};

for (const [kind, { behaviour, options }] of Object.entries(SERVERS)) {
  describe(`DicomWebConnector to a server that ${kind}`, () => {
    let server: FakeQido;
    beforeAll(async () => {
      server = await startFakeQido(sampleArchive, behaviour);
    });
    afterAll(() => server.stop());
    const open = async () => {
      const connector = connectorTo(server.url);
      return { connector, close: () => connector.close() };
    };
    for (const { name, run } of conformanceCases(open, { errors, ...options })) it(name, run);
  });
}
