import { setTimeout as delay } from 'node:timers/promises';
import {
  type Depth,
  emptyCriteria,
  type Patient,
  type SearchCriteria,
  type SearchResult,
} from '@pacs-connectors/connector-core';
import { type DicomConnector } from '../dicom-connector.js';
import { type DicomSettings } from '../dicom-settings.js';
import { type Script, type ScriptedScp, startScriptedScp } from './scripted-scp.js';
import { connectorTo } from './settings.js';

/** A scripted peer and a connector to it. */
export interface ConnectedPeer {
  scp: ScriptedScp;
  connector: DicomConnector;
  ask(criteria: Partial<SearchCriteria>, depth?: Depth, timeoutMs?: number): Promise<SearchResult>;
}

const running: { stop(): Promise<void> }[] = [];

export async function startPeer(script: Script, settings: Partial<DicomSettings> = {}): Promise<ConnectedPeer> {
  const scp = await startScriptedScp(script);
  const connector = connectorTo(scp, settings);
  running.push(scp, { stop: () => connector.close() });
  return {
    scp,
    connector,
    ask: (criteria, depth = 'instance', timeoutMs = 20_000) =>
      connector.search(
        { ...emptyCriteria(), ...criteria },
        { signal: AbortSignal.timeout(timeoutMs), deadline: performance.now() + timeoutMs, depth },
      ),
  };
}

/** Ends every connector and peer of {@link startPeer}: after each test. */
export async function stopPeers(): Promise<void> {
  for (const one of running.splice(0).reverse()) await one.stop();
}

/** Resolves when no test of the archive is running any more. @returns the verdicts. */
export async function verdictsOf(connector: DicomConnector): Promise<Record<string, unknown>> {
  for (;;) {
    const { details = {} } = await connector.check(AbortSignal.timeout(10_000));
    if (!Object.values(details).includes('being proven')) return details;
    await delay(5);
  }
}

export function studyUidsIn({ patients }: SearchResult): string[] {
  return patients.flatMap(({ studies }) => studies.map(({ studyInstanceUid }) => studyInstanceUid)).sort();
}

export function instanceCount({ patients }: { patients: readonly Patient[] }): number {
  return patients
    .flatMap(({ studies }) => studies)
    .flatMap(({ series }) => series)
    .flatMap(({ instances }) => instances).length;
}
