import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDemoArchive, type DemoArchive, DemoArchiveError } from '@pacs-connectors/demo-archive';
import { StartError } from '../boot/start-error.js';
import { codes } from '../errors/error-codes.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Makes the demo archive in a temporary folder. The folder is removed when this process ends, except by SIGKILL.
 *
 * @throws StartError with the remedy if the archive cannot be made.
 */
export async function createDemo(parent = tmpdir()): Promise<DemoArchive> {
  try {
    const folder = mkdtempSync(join(parent, 'pacs-connectors-demo-'));
    removeAtEnd(folder);
    return await createDemoArchive(folder);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(
      `CONNECTORS_CONFIG is not set, and the demo archive cannot be made: ${reason.replace(/\.$/, '')}. Set CONNECTORS_CONFIG to your configuration.`,
      error instanceof DemoArchiveError ? error.code : codes['server.start.demo-failed'],
    );
  }
}

function removeAtEnd(folder: string): void {
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  let receivedAt = -Infinity;
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      // Once the server listens too, it ends the process.
      if (process.listenerCount(signal) > 1) receivedAt = performance.now();
      // Otherwise the process would end without `exit`. A signal that comes twice within a second counts as one, since npm
      // forwards what the terminal has sent to both.
      else if (performance.now() - receivedAt > 1_000) process.exit(1);
    });
  }
}
