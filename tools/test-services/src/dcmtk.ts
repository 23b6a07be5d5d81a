import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort, run, startServer, temporaryFolder } from './process.js';

export interface DcmqrscpOptions {
  /** Most associations at the same time; the next is rejected with "local limit exceeded". Default: 16. */
  maxAssociations?: number;
  /** Calling AE titles that may query; default: any. */
  callers?: string[];
  /** Part 10 files in the archive at startup. */
  files?: readonly string[];
  /** Further command-line options. */
  args?: string[];
}

export interface RunningDcmqrscp {
  dicomPort: number;
  /** Its AE title: `DCMQRSCP`. */
  aet: string;
  /** The folder of its files and its index. */
  storageFolder: string;
  pid: number;
  output(): string;
  signal(signal: NodeJS.Signals): void;
  stop(): Promise<void>;
}

/**
 * Starts DCMTK's `dcmqrscp`, the reference query/retrieve SCP. It uses one process for each association, and reads its whole
 * index file for each query. It answers hierarchical and relational queries.
 */
export async function startDcmqrscp(options: DcmqrscpOptions = {}): Promise<RunningDcmqrscp> {
  const folder = await temporaryFolder('dcmqrscp');
  const dicomPort = await freePort();
  const aet = 'DCMQRSCP';
  const storageFolder = join(folder.path, 'storage');
  await mkdir(storageFolder);
  const callers = options.callers ?? [];
  const hosts = callers.map((title, index) => `caller${index} = (${title}, localhost, 11112)`);
  const peers = callers.length > 0 ? callers.map((_, index) => `caller${index}`).join(', ') : 'ANY';
  const file = join(folder.path, 'dcmqrscp.cfg');
  await writeFile(
    file,
    [
      `NetworkTCPPort  = ${dicomPort}`,
      'MaxPDUSize      = 16384',
      `MaxAssociations = ${options.maxAssociations ?? 16}`,
      'HostTable BEGIN',
      ...hosts,
      'HostTable END',
      'VendorTable BEGIN',
      'VendorTable END',
      'AETable BEGIN',
      `${aet} ${storageFolder} RW (100000, 1024mb) ${peers}`,
      'AETable END',
      '',
    ].join('\n'),
  );
  try {
    await indexFiles(storageFolder, options.files ?? []);
    const server = await startServer({
      command: 'dcmqrscp',
      args: ['-c', file, ...(options.args ?? []), String(dicomPort)],
      ready: () => accepts(dicomPort),
    });
    return {
      dicomPort,
      aet,
      storageFolder,
      pid: server.pid,
      output: server.output,
      signal: server.signal,
      async stop() {
        await server.stop();
        await folder.remove();
      },
    };
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

/** Files that are added to one index at a time, because `dcmqridx` reads the whole index for each file. */
const CHUNK = 500;

/**
 * Adds files to the index of `storageFolder` without moving them. Many files are indexed in parts, which are then joined. This
 * works because an index is a table of studies that only storing reads, followed by one record of fixed size for each file.
 */
async function indexFiles(storageFolder: string, files: readonly string[]): Promise<void> {
  if (files.length <= CHUNK) {
    if (files.length > 0) await run('dcmqridx', [storageFolder, ...files]);
    return;
  }
  const folder = await temporaryFolder('dcmqridx');
  const indexOf = async (name: string, part: readonly string[]) => {
    await mkdir(join(folder.path, name));
    await run('dcmqridx', [join(folder.path, name), ...part]);
    return readFile(join(folder.path, name, 'index.dat'));
  };
  try {
    const one = (await indexOf('1', files.slice(0, 1))).length;
    const recordSize = (await indexOf('2', files.slice(0, 2))).length - one;
    const parts: Buffer[] = [];
    for (let start = 0; start < files.length; start += CHUNK) {
      const index = await indexOf(`from-${start}`, files.slice(start, start + CHUNK));
      parts.push(start === 0 ? index : index.subarray(one - recordSize));
    }
    await writeFile(join(storageFolder, 'index.dat'), Buffer.concat(parts));
  } finally {
    await folder.remove();
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
