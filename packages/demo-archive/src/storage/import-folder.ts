import { textOf } from '../dicom/attributes.js';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ImageStore } from './image-store.js';

/** What an import has done. */
export interface ImportResult {
  stored: number;
  /** Study Instance UIDs of what was stored. */
  studies: string[];
  /** Files that are not in the archive, each with the reason. */
  refused: { file: string; reason: string }[];
}

/**
 * Stores every DICOM file below a folder in an archive, which may be running. Other files are ignored.
 *
 * @param archive the folder of the archive
 * @throws Error of the file system if a folder cannot be read
 */
export async function importFolder(archive: string, folder: string): Promise<ImportResult> {
  const store = await ImageStore.open(archive);
  const studies = new Set<string>();
  const result: Omit<ImportResult, 'studies'> = { stored: 0, refused: [] };
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    for (const entry of entries) {
      const file = join(entry.parentPath, entry.name);
      const bytes = readFileSync(file);
      // DICOMDIR lists files, and is not an image.
      if (bytes.toString('latin1', 128, 132) !== 'DICM' || entry.name === 'DICOMDIR') continue;
      try {
        const { attributes } = store.store(bytes);
        studies.add(textOf(attributes, '0020000D') ?? '');
        result.stored += 1;
      } catch (error) {
        result.refused.push({ file, reason: (error as Error).message });
      }
    }
  } finally {
    store.close();
  }
  return { ...result, studies: [...studies] };
}
