import { type Property } from './properties.js';
import { type Meaning, meaningOf } from './vocabulary.js';

/** What became of a line. */
export type Fate = 'taken' | 'not needed' | 'to decide' | 'not known';

/** One property, where it comes from, and what became of it. */
export class PropertyLine {
  readonly key: string;
  readonly value: string;
  readonly line: number;
  readonly meaning: Meaning | undefined;
  private readonly hasSeparator: boolean;
  private readonly problem: string | undefined;
  private replaced = false;
  private readonly fates: { fate: Fate; text: string }[] = [];

  /** @param name the key without the number of the archive in front (`arc.0.`) */
  constructor(
    readonly file: string,
    property: Property,
    name: string = property.key,
  ) {
    this.key = property.key;
    this.value = property.value;
    this.line = property.line;
    this.meaning = meaningOf(name);
    this.problem = property.problem;
    this.hasSeparator = property.hasSeparator;
  }

  note(fate: Fate, text: string): void {
    this.fates.push({ fate, text });
  }

  /** Whether a person has to look at it. */
  get needsSomebody(): boolean {
    return this.all.some(({ fate }) => fate === 'to decide' || fate === 'not known');
  }

  /** A later line of its file has the same key. */
  replaceBy(later: PropertyLine): void {
    this.replaced = true;
    this.note('not needed', `line ${later.line} sets it again`);
  }

  /** Whether nobody has said yet what became of it. */
  get isOpen(): boolean {
    return this.fates.length === 0;
  }

  private get all(): readonly { fate: Fate; text: string }[] {
    return this.problem === undefined ? this.fates : [...this.fates, { fate: 'to decide', text: this.problem }];
  }

  get isReplaced(): boolean {
    return this.replaced;
  }

  get place(): string {
    return `${this.file}:${this.line}`;
  }

  /** One line of the report. It never shows a value, and no key that may be a torn-off part of one. */
  toString(): string {
    const parts = (['taken', 'to decide', 'not needed', 'not known'] as const)
      .map((fate) => {
        const texts = new Set(this.all.filter((one) => one.fate === fate).map(({ text }) => text));
        return texts.size > 0 ? `${fate}${fate === 'taken' ? ' as' : ':'} ${[...texts].join(', ')}` : '';
      })
      .filter((part) => part !== '');
    const isName = this.meaning !== undefined || (this.hasSeparator && /^[\w.[\]-]{1,80}$/.test(this.key));
    return `${this.place} ${isName ? this.key : '(a line that is not NAME=VALUE)'}: ${parts.join('; ')}`;
  }
}
