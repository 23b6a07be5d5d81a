import { type DimseServer, startDimseServer } from './dimse/dimse-server.js';
import { type Destination } from './dimse/sub-operations.js';
import { startWebServer, type WebServer } from './dicomweb/web-server.js';
import { ImageStore } from './storage/image-store.js';

/** A running archive: its images, and its servers on the loopback interface. */
export interface Archive {
  store: ImageStore;
  aeTitle: string;
  /** The port of its DICOM server. */
  dicomPort: number;
  /** Base of QIDO-RS and WADO-RS. */
  dicomWebUrl: string;
  /** Address of WADO-URI. */
  wadoUrl: string;
  /** The SQLite file of its index. */
  database: string;
  close(): Promise<void>;
}

/**
 * Starts an archive of the images in `folder`, which may be empty.
 *
 * @param destinationOf returns where an AE title receives what C-MOVE sends
 * @throws DemoArchiveError if there is no SQLite
 */
export async function startArchive(
  folder: string,
  aeTitle: string,
  destinationOf: (aeTitle: string) => Destination | undefined = () => undefined,
): Promise<Archive> {
  const store = await ImageStore.open(folder);
  const servers: (DimseServer | WebServer)[] = [];
  const close = async () => {
    await Promise.all(servers.map((server) => server.close()));
    store.close();
  };
  try {
    const web = await startWebServer(store);
    servers.push(web);
    const dicom = await startDimseServer({ store, aeTitle, destinationOf });
    servers.push(dicom);
    const { dicomWebUrl, wadoUrl } = web;
    return { store, aeTitle, dicomPort: dicom.port, dicomWebUrl, wadoUrl, database: ImageStore.index(folder), close };
  } catch (error) {
    await close();
    throw error;
  }
}
