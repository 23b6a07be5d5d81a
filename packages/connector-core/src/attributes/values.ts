/**
 * Returns the values of an element that may have several, which archives return as one text (PS3.5 6.4): `A1\A2`. Padding at the
 * ends of each value is removed, and empty values are left out.
 */
export function valuesOf(text: string | undefined): string[] {
  return (text?.split('\\') ?? []).map(withoutPadding).filter((value) => value !== '');
}

/**
 * Returns the values of Modality (0008,0060) or Modalities in Study (0008,0061). Archives separate them by `\`, and some by a comma,
 * a slash or a space.
 */
export function modalityValues(texts: readonly string[]): string[] {
  const values = texts.flatMap((text) => text.split(/[\\,;/\s\0]+/)).filter((value) => value !== '');
  return [...new Set(values.map((value) => value.toUpperCase()))];
}

/** Returns a value without spaces, tabs, line breaks and NULs at its ends. */
export function withoutPadding(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && value.charCodeAt(start) <= SPACE) start++;
  while (end > start && value.charCodeAt(end - 1) <= SPACE) end--;
  return value.slice(start, end);
}

const SPACE = 0x20;
