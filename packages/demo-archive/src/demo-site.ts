import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Archive, startArchive } from './archive.js';
import { siteConfiguration } from './configuration.js';
import { type Destination } from './dimse/sub-operations.js';
import { sampleInstances } from './studies/sample-instances.js';
import { ARCHIVE_NAMES, type ArchiveName } from './studies/sketches.js';

/** Three running archives with the sample studies, and the configuration of a server that searches them. */
export interface DemoSite {
  /** The YAML file that configures them. */
  configuration: string;
  archives: Record<ArchiveName, Archive>;
  close(): Promise<void>;
}

/**
 * Starts the archives of the demo, and writes `connectors.yml`. The archives are on free ports of the loopback interface.
 *
 * @param folder an existing, empty folder; the caller removes it after `close`
 * @throws DemoArchiveError with the remedy if there is no SQLite; the error of the file system if the folder cannot be written
 */
export async function startDemoSite(folder: string): Promise<DemoSite> {
  const running: Partial<Record<ArchiveName, Archive>> = {};
  const destinationOf = (aeTitle: string) => destinationAmong(Object.values(running), aeTitle);
  const close = async () => {
    await Promise.all(Object.values(running).map((archive) => archive.close()));
  };
  try {
    for (const name of ARCHIVE_NAMES) {
      mkdirSync(join(folder, name));
      running[name] = await startArchive(join(folder, name), name.toUpperCase(), destinationOf);
    }
    const archives = running as Record<ArchiveName, Archive>;
    await storeSamples(archives);
    const configuration = join(folder, 'connectors.yml');
    writeFileSync(configuration, siteConfiguration(archives));
    return { configuration, archives, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The archives know each other, and any receiver on this machine whose AE title ends in `_` and its port. */
function destinationAmong(archives: readonly Archive[], aeTitle: string): Destination | undefined {
  const host = '127.0.0.1';
  const archive = archives.find((one) => one.aeTitle === aeTitle);
  if (archive) return { aeTitle, host, port: archive.dicomPort };
  const port = Number(/_(\d{2,5})$/.exec(aeTitle)?.[1]);
  return port > 0 && port < 65_536 ? { aeTitle, host, port } : undefined;
}

async function storeSamples(archives: Record<ArchiveName, Archive>): Promise<void> {
  const stores = ARCHIVE_NAMES.map((name) => archives[name].store);
  // One transaction for each archive: a thousand of them would take longer than drawing the images.
  for (const store of stores) store.begin();
  let count = 0;
  for await (const sample of sampleInstances()) {
    for (const name of sample.archives) archives[name].store.add(sample.file, sample);
    // So that a signal is heard in between.
    if (++count % 20 === 0) await new Promise(setImmediate);
  }
  for (const store of stores) store.commit();
}
