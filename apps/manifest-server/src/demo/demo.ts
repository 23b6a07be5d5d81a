import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDemoArchive, type DemoArchive } from '@pacs-connectors/demo-archive';
import { StartError } from '../boot/start-error.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * The demo archive in a temporary folder, which goes when this process ends, however it does (but for SIGKILL).
 *
 * @throws StartError with the remedy where the archive cannot be made.
 */
export async function createDemo(parent = tmpdir()): Promise<DemoArchive> {
  try {
    const folder = mkdtempSync(join(parent, 'pacs-connectors-demo-'));
    removeAtEnd(folder);
    return await createDemoArchive(folder);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(
      `No configuration is named (CONNECTORS_CONFIG), and the demo that is served then cannot be made: ${reason}`,
    );
  }
}

function removeAtEnd(folder: string): void {
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  let handed = -Infinity;
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      // The server listens too once it is up, and ends the process.
      if (process.listenerCount(signal) > 1) handed = performance.now();
      // Else the process would end without `exit`. A signal that comes twice within a second is one: npm passes on what the
      // terminal has sent to both.
      else if (performance.now() - handed > 1_000) process.exit(1);
    });
  }
}
