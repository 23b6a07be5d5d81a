import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, startServer, temporaryFolder } from './process.js';

export interface OrthancOptions {
  /** Loads the DICOMweb plug-in (QIDO-RS, WADO-RS below `/dicom-web`). */
  dicomWeb?: boolean;
  /** Login that HTTP clients need (basic authentication). */
  login?: { user: string; password: string };
  /** Further keys of Orthanc's configuration; they override the keys set here. */
  config?: Record<string, unknown>;
}

export interface RunningOrthanc {
  /** `http://127.0.0.1:port`, without a slash at the end. */
  httpUrl: string;
  /** Root of the DICOMweb services. */
  dicomWebUrl: string;
  httpPort: number;
  dicomPort: number;
  /** Its AE title: `ORTHANC`. Any calling AE title may query. */
  aet: string;
  /** The folder of its files and its SQLite index (`index`). */
  storageFolder: string;
  /** Stores Part 10 files, each a path or its bytes. */
  upload(files: readonly (string | Uint8Array)[]): Promise<void>;
  output(): string;
  signal(signal: NodeJS.Signals): void;
  /** Kills Orthanc without a message to its clients. */
  crash(): Promise<void>;
  /** Starts Orthanc again after {@link crash}, with the same ports and images. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const PLUGIN = '/usr/share/orthanc/plugins/libOrthancDicomWeb.so';

/** Starts an empty Orthanc of Debian on free ports. */
export async function startOrthanc(options: OrthancOptions = {}): Promise<RunningOrthanc> {
  const folder = await temporaryFolder('orthanc');
  const [httpPort, dicomPort] = [await freePort(), await freePort()];
  const httpUrl = `http://127.0.0.1:${httpPort}`;
  const storageFolder = join(folder.path, 'storage');
  const file = join(folder.path, 'orthanc.json');
  const { login } = options;
  await writeFile(
    file,
    JSON.stringify({
      Name: 'test',
      StorageDirectory: storageFolder,
      IndexDirectory: storageFolder,
      HttpPort: httpPort,
      RemoteAccessAllowed: false,
      AuthenticationEnabled: login !== undefined,
      ...(login ? { RegisteredUsers: { [login.user]: login.password } } : {}),
      DicomAet: 'ORTHANC',
      DicomPort: dicomPort,
      DicomCheckCalledAet: false,
      DicomAlwaysAllowEcho: true,
      DicomAlwaysAllowFind: true,
      DicomAlwaysAllowStore: true,
      Plugins: options.dicomWeb ? [PLUGIN] : [],
      DicomWeb: { Enable: true, Root: '/dicom-web/' },
      ...options.config,
    }),
  );
  const launch = () =>
    startServer({
      command: '/usr/sbin/Orthanc',
      args: [file],
      ready: async () => (await fetch(`${httpUrl}/system`)).status < 500,
    });
  let server = await launch().catch(async (error: unknown) => {
    await folder.remove();
    throw error;
  });

  const store = async (content: string | Uint8Array) => {
    const body = typeof content === 'string' ? await readFile(content) : content;
    const response = await fetch(`${httpUrl}/instances`, {
      method: 'POST',
      headers: login ? { authorization: `Basic ${btoa(`${login.user}:${login.password}`)}` } : {},
      body: body as RequestInit['body'],
    });
    if (!response.ok) throw new Error(`Orthanc refused an instance: ${response.status} ${await response.text()}`);
    await response.arrayBuffer();
  };
  return {
    httpUrl,
    dicomWebUrl: `${httpUrl}/dicom-web`,
    httpPort,
    dicomPort,
    aet: 'ORTHANC',
    storageFolder,
    output: () => server.output(),
    signal: (signal) => server.signal(signal),
    async crash() {
      server.signal('SIGKILL');
      await server.stop();
    },
    async start() {
      server = await launch();
    },
    async upload(files) {
      const waiting = files.values();
      await Promise.all(
        Array.from({ length: 6 }, async () => {
          for (const content of waiting) await store(content);
        }),
      );
    },
    async stop() {
      await server.stop();
      await folder.remove();
    },
  };
}
