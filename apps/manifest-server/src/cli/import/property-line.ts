import { type Property } from './properties.js';
import { type Meaning, meaningOf } from './vocabulary.js';

/** The result for a line. */
export type Outcome = 'taken' | 'not needed' | 'to decide' | 'not known';

/** One property with its place, and the results for it. */
export class PropertyLine {
  readonly key: string;
  readonly value: string;
  readonly line: number;
  readonly meaning: Meaning | undefined;
  private readonly hasSeparator: boolean;
  private readonly problem: string | undefined;
  private replaced = false;
  private readonly outcomes: { outcome: Outcome; text: string }[] = [];

  /** @param name the key without the number of the archive (`arc.0.`) */
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

  note(outcome: Outcome, text: string): void {
    this.outcomes.push({ outcome, text });
  }

  /** Whether a person has to decide something about it. */
  get needsDecision(): boolean {
    return this.all.some(({ outcome }) => outcome === 'to decide' || outcome === 'not known');
  }

  /** A later line of its file has the same key. */
  replaceBy(later: PropertyLine): void {
    this.replaced = true;
    this.note('not needed', `line ${later.line} sets it again`);
  }

  /** Whether there is no result for it yet. */
  get isOpen(): boolean {
    return this.outcomes.length === 0;
  }

  private get all(): readonly { outcome: Outcome; text: string }[] {
    return this.problem === undefined
      ? this.outcomes
      : [...this.outcomes, { outcome: 'to decide', text: this.problem }];
  }

  get isReplaced(): boolean {
    return this.replaced;
  }

  get place(): string {
    return `${this.file}:${this.line}`;
  }

  /** Returns its line of the report. It contains neither a value nor a key that may be a part of a value. */
  toString(): string {
    const parts = (['taken', 'to decide', 'not needed', 'not known'] as const)
      .map((outcome) => {
        const texts = new Set(this.all.filter((one) => one.outcome === outcome).map(({ text }) => text));
        return texts.size > 0 ? `${outcome}${outcome === 'taken' ? ' as' : ':'} ${[...texts].join(', ')}` : '';
      })
      .filter((part) => part !== '');
    const isName = this.meaning !== undefined || (this.hasSeparator && /^[\w.[\]-]{1,80}$/.test(this.key));
    return `${this.place} ${isName ? this.key : '(a line that is not NAME=VALUE)'}: ${parts.join('; ')}`;
  }
}
