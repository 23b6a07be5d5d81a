import { readFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { parseProperties } from './properties.js';
import { PropertyLine } from './property-line.js';

/** A `.properties` file, and the numbered archives in it (`arc.0.id`). */
export interface PropertyFile {
  /** Its path in the command line, or next to the file that includes it. */
  path: string;
  /** The lines that belong to no numbered archive. */
  lines: PropertyLine[];
  numbered: Map<string, PropertyLine[]>;
  /** Whether it names other files, which contain the archives. */
  includes: boolean;
}

/** `arc.0.id`, `pacs[1].host` */
const NUMBERED = /^(?:arc|archive|pacs|dicom|connector|node)s?[.[](\d+)\]?(?:\.(.+))?$/i;
/** Matches keys whose value names other files. */
const INCLUDING =
  /^(?:(?:arc|archives?|pacs|dicom|config)\b.*(?:list|files?|filenames?|profiles?|includes?)|(?:arc|archive)s?[.[]\d+\]?|archives|includes?)$/i;

/**
 * Reads the files, and then those that they include by name, each once.
 *
 * @throws NodeJS.ErrnoException if a named file cannot be read
 */
export async function readPropertyFiles(paths: readonly string[]): Promise<PropertyFile[]> {
  const files: PropertyFile[] = [];
  const waiting = [...paths];
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    if (files.some((file) => resolve(file.path) === resolve(path!))) continue;
    const file = fileOf(path, await readFile(path));
    files.push(file);
    for (const line of [...file.lines, ...[...file.numbered.values()].flat()]) {
      const found = await includedBy(line);
      file.includes ||= found.length > 0;
      waiting.push(...found);
    }
    dropIncluding(file);
  }
  return files;
}

function fileOf(path: string, bytes: Uint8Array): PropertyFile {
  const file: PropertyFile = { path, lines: [], numbered: new Map(), includes: false };
  const seen = new Map<string, PropertyLine>();
  for (const property of parseProperties(bytes)) {
    const [, number, name] = NUMBERED.exec(property.key) ?? [];
    const line = new PropertyLine(path, property, name);
    seen.get(line.key)?.replaceBy(line);
    seen.set(line.key, line);
    if (number === undefined) file.lines.push(line);
    else file.numbered.set(number, [...(file.numbered.get(number) ?? []), line]);
  }
  return file;
}

/** Returns the files that a line names, next to its own. */
async function includedBy(line: PropertyLine): Promise<string[]> {
  const names = line.value.split(/[\s,;]+/).filter((name) => name !== '');
  const areFiles = names.length > 0 && names.every((name) => /\.properties$/i.test(name));
  if (!line.isOpen || names.length === 0 || !(areFiles || INCLUDING.test(line.key))) return [];
  const found: string[] = [];
  for (const name of names) {
    const path = await existing(dirname(line.file), name);
    if (path === undefined)
      line.note(
        'to decide',
        `a file with this name is missing; put it beside ${basename(line.file)}, or name it in the command too`,
      );
    else found.push(path);
  }
  if (found.length > 0) line.note('taken', `the files ${found.map((path) => basename(path)).join(', ')}`);
  return found;
}

async function existing(folder: string, name: string): Promise<string | undefined> {
  const plain = name.replace(/^(classpath|file):(\/\/)?/, '');
  for (const candidate of [plain, `${plain}.properties`, `dicom-${plain}.properties`, `db-${plain}.properties`]) {
    const path = isAbsolute(candidate) ? candidate : join(folder, candidate);
    if (
      await readFile(path).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  return undefined;
}

/** Removes the numbers whose only line names a file: they are not archives of this file. */
function dropIncluding(file: PropertyFile): void {
  for (const [number, lines] of file.numbered)
    if (lines.length > 0 && lines.every((line) => !line.isOpen)) {
      file.lines.push(...lines);
      file.numbered.delete(number);
    }
}
