import { countTree } from '@pacs-connectors/connector-core';
import { type Manifest, messageOf } from '@pacs-connectors/manifest-builder';
import { type FoundInArchive } from './cached-manifest.js';

/** Counts what a manifest contains of each archive. */
export function foundIn({ arcQueries }: Manifest): FoundInArchive[] {
  return arcQueries.map(({ arcId, patients, notices = [] }) => ({
    archive: arcId,
    ...countTree(patients),
    message: messageOf(notices),
  }));
}
