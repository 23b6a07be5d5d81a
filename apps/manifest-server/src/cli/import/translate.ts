import { Archive } from './archive.js';
import { writeConnector } from './connector.js';
import { Draft } from './draft.js';
import { type PropertyFile } from './property-files.js';
import { type PropertyLine } from './property-line.js';
import { type ArchiveMeaning } from './vocabulary.js';
import { writeServerKey } from './server-keys.js';

/** Properties that only the file of an archive has. The properties of other files apply to every archive. */
const OF_ARCHIVE: ReadonlySet<ArchiveMeaning> = new Set(['id', 'aet', 'host', 'dbUri']);

/** Converts property files to a configuration, and notes the result at each line. */
export function translate(files: readonly PropertyFile[]): Draft {
  const draft = new Draft();
  const all = files.flatMap(({ lines }) => lines);
  for (const line of allLines(files)) noteEmpty(line);
  const ofArchives = files.filter((file) => isArchive(file));
  const shared = files.filter((file) => !ofArchives.includes(file)).flatMap(({ lines }) => lines);
  const ids = new Set<string>();
  const write = (file: string, own: PropertyLine[], others: PropertyLine[], number?: string) => {
    const archive = new Archive(file, own, others, draft, ids, number);
    ids.add(archive.id);
    writeConnector(archive);
  };
  for (const { path, lines } of ofArchives) write(path, lines, shared);
  for (const { path, numbered, lines } of files)
    for (const [number, own] of numbered) write(path, own, [...new Set([...lines, ...shared])], number);
  if (ids.size === 0)
    draft.decide('these files contain no archive; name the files of the archives (dicom-….properties) too');
  for (const line of all) if (!line.isReplaced && line.value.trim() !== '') writeServerKey(draft, line, all);
  for (const line of allLines(files)) if (line.isOpen) noteUnused(line);
  return draft;
}

/** Returns all lines in the order of the files. */
export function allLines(files: readonly PropertyFile[]): PropertyLine[] {
  return files.flatMap(({ lines, numbered }) =>
    [...lines, ...[...numbered.values()].flat()].sort((one, other) => one.line - other.line),
  );
}

function isArchive({ lines, numbered, includes }: PropertyFile): boolean {
  return (
    !includes &&
    numbered.size === 0 &&
    lines.some(({ meaning, value }) => meaning?.of === 'archive' && OF_ARCHIVE.has(meaning.name) && value.trim() !== '')
  );
}

function noteEmpty(line: PropertyLine): void {
  if (line.isOpen && line.value.trim() === '' && line.meaning) line.note('not needed', 'it has no value');
}

function noteUnused(line: PropertyLine): void {
  if (line.meaning?.of === 'archive') line.note('not needed', 'each archive has its own, or does not use it');
  else if (line.meaning?.of === 'nobody') line.note('not needed', line.meaning.reason);
  else line.note('not known', 'ignored');
}
