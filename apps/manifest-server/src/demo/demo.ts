import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DemoArchiveError, type DemoSite, startDemoSite } from '@pacs-connectors/demo-archive';
import { StartError } from '../boot/start-error.js';
import { codes } from '../errors/error-codes.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What the name of a demo's temporary folder begins with. */
export const FOLDER_PREFIX = 'pacs-connectors-demo-';

/**
 * Starts the archives of the demo in a temporary folder. The folder is removed when this process ends, except by SIGKILL.
 *
 * @throws StartError with the remedy if the archives cannot be made.
 */
export async function createDemo(parent = tmpdir()): Promise<DemoSite> {
  try {
    const folder = mkdtempSync(join(parent, FOLDER_PREFIX));
    removeAtEnd(folder);
    return await startDemoSite(folder);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(
      `CONNECTORS_CONFIG is not set, and the demo archives cannot be made: ${reason.replace(/\.$/, '')}. Set CONNECTORS_CONFIG to your configuration.`,
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
