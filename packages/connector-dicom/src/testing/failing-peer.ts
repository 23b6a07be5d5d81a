import { expect } from '@jest/globals';
import { type ConnectorErrorKind, emptyCriteria, type SearchResult } from '@pacs-connectors/connector-core';
import { type DicomConnector } from '../dicom-connector.js';
import { type DicomSettings } from '../dicom-settings.js';
import { type Negotiation, type Script, type ScriptedScp, startScriptedScp } from './scripted-scp.js';
import { connectorTo } from './settings.js';
import { answerFrom, samplePatient } from './tree-scp.js';

export const PATIENT = samplePatient('P1', 2);
export const answer = answerFrom([PATIENT, samplePatient('P2', 1, 2)]);
export const QUESTION = { ...emptyCriteria(), patientIds: [{ id: 'P1' }] };

const running: { stop(): Promise<void> }[] = [];
/** Ends every connector and peer of {@link start}: after each test. */
export async function stopAll(): Promise<void> {
  for (const one of running.splice(0).reverse()) await one.stop();
}

/** Starts a scripted peer and a connector to it. Both end after the test. */
export async function start(
  script: Script,
  settings: Partial<DicomSettings> = {},
): Promise<{ scp: ScriptedScp; connector: DicomConnector }> {
  const scp = await startScriptedScp(script);
  const connector = connectorTo(scp, { connectTimeoutMs: 10_000, responseTimeoutMs: 10_000, ...settings });
  running.push(scp, { stop: () => connector.close() });
  return { scp, connector };
}

export function ask(
  connector: DicomConnector,
  criteria = QUESTION,
  signal = AbortSignal.timeout(20_000),
): Promise<SearchResult> {
  return connector.search(criteria, { signal, depth: 'instance' });
}

export function expectComplete(result: SearchResult): void {
  const instances = result.patients.flatMap(({ studies }) =>
    studies.flatMap(({ series }) => series.flatMap((one) => one.instances)),
  );
  expect(instances).toHaveLength(8);
  expect(result.patients.map(({ patientId }) => patientId)).toEqual(['P1']);
  expect(result.notices).toEqual([]);
}

export async function expectFailure(
  pending: Promise<unknown>,
  kind: ConnectorErrorKind,
  code: string,
  ...texts: RegExp[]
): Promise<void> {
  const error = (await pending.then(
    () => undefined,
    (reason: unknown) => reason,
  )) as { kind: string; message: string; remedy?: string; connectorId: string };
  expect(error).toMatchObject({ name: 'ConnectorError', kind, code, connectorId: 'pacs' });
  for (const text of texts) expect(`${error.message} ${error.remedy}`).toMatch(text);
}

/** Does `wrong` at the first connections, and accepts from then on. */
export const firstOnly = (wrong: Negotiation, count = 1): Script => ({
  negotiate: (connection) => (connection <= count ? wrong : 'accept'),
  find: answer,
});
