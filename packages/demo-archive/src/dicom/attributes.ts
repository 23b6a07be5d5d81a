/** One attribute, as in the DICOM JSON model (PS3.18 F.2). */
export interface Attribute {
  vr: string;
  Value?: unknown[];
  /** Base64 of binary values. */
  InlineBinary?: string;
}

/** A data set without pixel data, in the DICOM JSON model: each tag is eight upper-case hexadecimal digits. */
export type Attributes = Record<string, Attribute>;

/** The component groups of a person's name (PS3.5 6.2.1). */
export interface PersonName {
  Alphabetic?: string;
  Ideographic?: string;
  Phonetic?: string;
}

/** Returns the values of an attribute as text; a name has its groups joined by `=`. */
export function textsOf(attributes: Attributes, tag: string): string[] {
  return (attributes[tag]?.Value ?? []).map((value) =>
    typeof value === 'object' && value !== null ? nameText(value as PersonName) : String(value ?? ''),
  );
}

/** Returns the first value of an attribute as text; undefined if it has none. */
export function textOf(attributes: Attributes, tag: string): string | undefined {
  return textsOf(attributes, tag)[0];
}

/** Returns the first value of an attribute as a number; undefined if it has none. */
export function numberOf(attributes: Attributes, tag: string): number | undefined {
  const value = attributes[tag]?.Value?.[0];
  return value === undefined || value === null || value === '' ? undefined : Number(value);
}

export function nameText({ Alphabetic = '', Ideographic = '', Phonetic = '' }: PersonName): string {
  return [Alphabetic, Ideographic, Phonetic].join('=').replace(/=+$/, '');
}

export function nameOf(text: string): PersonName {
  const [Alphabetic, Ideographic, Phonetic] = text.split('=');
  return {
    ...(Alphabetic ? { Alphabetic } : {}),
    ...(Ideographic ? { Ideographic } : {}),
    ...(Phonetic ? { Phonetic } : {}),
  };
}
