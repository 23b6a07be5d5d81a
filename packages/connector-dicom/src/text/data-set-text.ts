import { type DecodeValue, textDecoder } from '@pacs-connectors/connector-core';
import { type DataSet, MalformedDataSet, readItems } from '../dimse/data-set.js';
import { Tag, VALUE_REPRESENTATIONS } from '../dimse/tags.js';

/** Value representations whose text is in the Specific Character Set; the others are ASCII (PS3.5 6.1.2.3). */
const EXTENSIBLE = new Set(['LO', 'PN', 'SH']);
const IDENTIFYING = [
  Tag.patientId,
  Tag.accessionNumber,
  Tag.studyInstanceUid,
  Tag.seriesInstanceUid,
  Tag.seriesNumber,
  Tag.sopInstanceUid,
  Tag.instanceNumber,
];
const PADDING = /^[ \0]+|[ \0]+$/g;

/** How text is decoded whose declared character set is missing or wrong. */
export interface TextOptions {
  /** The character set of data sets that declare none (`default-character-set`). */
  undeclared?: string;
  /** The real character sets by the declared ones (`character-sets`), all in the form of `normalizeTerm`. */
  corrections?: ReadonlyMap<string, string>;
  /** Called if the text of a data set had to be guessed. */
  onGuess?(): void;
}

/**
 * Decodes the values of one data set to text, in the character set that this data set declares. Each response may declare another one.
 */
export class DataSetText {
  private readonly decode: DecodeValue;

  constructor(
    private readonly dataSet: DataSet,
    private readonly options: TextOptions = {},
  ) {
    const { undeclared = '', ...rest } = options;
    const declared = dataSet.get(Tag.specificCharacterSet)?.toString('latin1').replace(PADDING, '');
    this.decode = textDecoder(declared || undeclared, rest);
  }

  /** Returns the element's value without padding; `undefined` if it is missing or empty. */
  get(tag: number): string | undefined {
    const bytes = this.dataSet.get(tag);
    if (!bytes || bytes.length === 0) return undefined;
    const vr = VALUE_REPRESENTATIONS[tag] ?? 'LO';
    const text = (EXTENSIBLE.has(vr) ? this.decode(bytes, vr === 'PN') : bytes.toString('latin1')).replace(PADDING, '');
    return text === '' ? undefined : text;
  }

  /** Returns a text that is the same for the same match: its UIDs, numbers and identifiers. */
  get identity(): string {
    return IDENTIFYING.map((tag) => this.dataSet.get(tag)?.toString('latin1') ?? '').join('|');
  }

  /** Returns the values of a multi-valued element. */
  values(tag: number): string[] {
    const text = this.get(tag);
    return text === undefined ? [] : text.split('\\').map((value) => value.trim());
  }

  /** Returns the items of a sequence; none if it cannot be read. An item has the character set of its data set by default. */
  items(tag: number): DataSetText[] {
    const characterSet = this.dataSet.get(Tag.specificCharacterSet);
    const inherited: DataSet = new Map(characterSet ? [[Tag.specificCharacterSet, characterSet]] : []);
    try {
      const items = readItems(this.dataSet.get(tag) ?? Buffer.alloc(0));
      return items.map((item) => new DataSetText(new Map([...inherited, ...item]), this.options));
    } catch (error) {
      if (error instanceof MalformedDataSet) return [];
      throw error;
    }
  }
}
