import { basename } from 'node:path';
import { type Draft } from './draft.js';
import { fillIn } from './placeholders.js';
import { type PropertyLine } from './property-line.js';
import { type ArchiveMeaning } from './vocabulary.js';

export type ArchiveType = 'DB' | 'DICOM' | 'DICOM_WEB';

/** The properties of one archive, and those that apply to every archive. */
export class Archive {
  readonly id: string;

  constructor(
    readonly file: string,
    private readonly own: readonly PropertyLine[],
    private readonly shared: readonly PropertyLine[],
    private readonly draft: Draft,
    /** The ids of other archives. */
    taken: ReadonlySet<string>,
    /** Used for its id if there is none. */
    number?: string,
  ) {
    const line = this.line('id');
    const name = line ? this.valueOf(line).trim() : nameOf(file, number);
    this.id = name;
    for (let next = 2; taken.has(this.id); next++) this.id = `${name}-${next}`;
    if (!line) draft.decide(`${file}: the archive has no arc.id. It gets the id ${this.id}, which callers use`);
    else if (this.id === name) line.note('taken', `connector.config.${this.id}`);
    else line.note('to decide', `another archive has this id; this one gets ${this.id}`);
  }

  /** The type of the archive by its properties. */
  get type(): ArchiveType {
    const line = this.line('type');
    const said = line && typeOf(this.valueOf(line));
    const type = said ?? (this.line('dbUri') || this.line('select') ? 'DB' : 'DICOM');
    if (line && said) line.note('taken', `connector.config.${this.id}.type`);
    else line?.note('to decide', `this type is unknown; ${type} is written, by the other properties`);
    return type;
  }

  /** Returns the line that sets a property. It notes other lines with the same meaning. */
  line(meaning: ArchiveMeaning): PropertyLine | undefined {
    for (const lines of [this.own, this.shared]) {
      const [found, ...others] = lines.filter(
        (line) =>
          line.value.trim() !== '' &&
          !line.isReplaced &&
          line.meaning?.of === 'archive' &&
          line.meaning.name === meaning,
      );
      if (!found) continue;
      for (const other of others) {
        if (this.valueOf(other) === this.valueOf(found)) other.note('not needed', `${found.key} says the same`);
        else
          other.note(
            'to decide',
            `${found.key} at line ${found.line} has the same meaning and another value, which was taken`,
          );
      }
      return found;
    }
    return undefined;
  }

  valueOf(line: PropertyLine): string {
    return fillIn(line.value, (name) => {
      const lines = [...this.own, ...this.shared].filter(({ key, isReplaced }) => key === name && !isReplaced);
      const known = lines.find((other) => other !== line);
      if (known?.isOpen && known.meaning?.of !== 'archive') known.note('taken', `part of the value of ${line.key}`);
      return known?.value;
    });
  }

  /** Sets a key of the connector from a property, if the archive has it. */
  put(
    meaning: ArchiveMeaning,
    key: string,
    convert: (text: string, line: PropertyLine) => unknown = (text) => text,
  ): boolean {
    const line = this.line(meaning);
    if (!line) return false;
    const value = convert(this.valueOf(line), line);
    if (value !== undefined) this.set(key, value, line);
    return value !== undefined;
  }

  /** Sets a key of the connector. */
  set(key: string, value: unknown, line?: PropertyLine): void {
    this.draft.put(['connector', 'config', this.id, ...key.split('.')], value, line);
  }

  decide(what: string): void {
    this.draft.decide(`${this.file}: archive ${this.id}: ${what}`);
  }

  /** Notes the properties that were not used. */
  closeOwn(why: string): void {
    for (const line of this.own) if (line.isOpen && line.meaning?.of === 'archive') line.note('not needed', why);
  }
}

function nameOf(file: string, number: string | undefined): string {
  return number === undefined
    ? basename(file)
        .replace(/\.properties$/i, '')
        .replace(/^(dicom|db)-/, '')
    : `archive-${number}`;
}

function typeOf(text: string): ArchiveType | undefined {
  if (/dicom[-_ ]?web|qido/i.test(text)) return 'DICOM_WEB';
  if (/db|sql|database|jdbc/i.test(text)) return 'DB';
  return /dicom|c-?find|dimse/i.test(text) ? 'DICOM' : undefined;
}
