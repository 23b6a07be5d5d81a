import { type Patient } from '@pacs-connectors/connector-core';
import { EXPLICIT_VR_LITTLE_ENDIAN, JPEG_BASELINE, part10File } from '../fixtures/part10.js';
import { type InstanceRow, instanceRows } from '../fixtures/sample-archive.js';
import { scriptedPatient } from './scripted-archive.js';
import { type OpenConnector } from './trial.js';

/** A Part 10 file in an {@link ImageArchive}, with its place in the tree. */
export interface StoredFile extends InstanceRow {
  transferSyntaxUid: string;
  bytes: Buffer;
}

/** An archive with images that a test describes: its content, and how it sends it. Each test uses only a few properties. */
export interface ImageArchive {
  /** Its content, for searches and retrievals. It returns them in any order, in the transfer syntax in which they are stored. */
  files: readonly StoredFile[];
  /** In each retrieval, it sends this many instances and a half, and the connection breaks. */
  breaksAfter?: number;
  /** In each retrieval, it sends this many instances and a half, and nothing more. It keeps the connection open. */
  stallsAfter?: number;
  /**
   * SOP Instance UIDs that it lists and counts, and does not send. It ends the retrieval as if it had sent all. This is impossible
   * if the connector cannot know what the archive has.
   */
  omitted?: readonly string[];
  /** SOP Instance UIDs by SOP Instance UID: it sends the instance of the second in place of the first. */
  replaced?: Readonly<Record<string, string>>;
}

/** How an {@link ImageArchive} may send its content. */
export type ImageFault = Exclude<keyof ImageArchive, 'files'>;

/** A connector to an archive with images. */
export interface OpenImageConnector extends OpenConnector {
  /** Returns how many retrievals the archive serves now. Left out if that cannot be seen. */
  retrievals?(): number;
}

/** How the tests open connectors to archives with images. */
export interface ImageArchives {
  /** Opens a connector to an archive that has these files and no others of their studies. `close` ends the archive too. */
  open(archive: ImageArchive): Promise<OpenImageConnector>;
  /** What the archive cannot do, with the reason. The tests that need it are left out. */
  impossible?: Partial<Record<ImageFault, string>>;
}

/** Returns the files of two studies of two series of three instances each. One image of each series is compressed. */
export function imageFiles(patientId: string): StoredFile[] {
  const patients: Patient[] = [scriptedPatient({ patientId, studies: 2, series: 2, instances: 3 })];
  return instanceRows(patients).map((row) => {
    const transferSyntaxUid = row.instance.instanceNumber === '2' ? JPEG_BASELINE : EXPLICIT_VR_LITTLE_ENDIAN;
    return { ...row, transferSyntaxUid, bytes: part10File(row, transferSyntaxUid) };
  });
}
