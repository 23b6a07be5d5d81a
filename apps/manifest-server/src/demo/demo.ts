import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDemoArchive, type DemoArchive } from '@pacs-connectors/demo-archive';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * The demo archive in a temporary folder, which goes when this process ends, however it does (but for SIGKILL).
 *
 * @throws Error with the remedy where the archive cannot be made.
 */
export async function createDemo(): Promise<DemoArchive> {
  const folder = mkdtempSync(join(tmpdir(), 'pacs-connectors-demo-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  // A signal that nobody listens to ends the process without `exit`. Once the server listens to it, the server ends the process.
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (process.listenerCount(signal) === 1) process.exit(1);
    });
  }
  return createDemoArchive(folder);
}
