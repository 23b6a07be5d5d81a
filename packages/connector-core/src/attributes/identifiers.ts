import { valuesOf, withoutPadding } from './values.js';

/**
 * How the identifiers of a record relate to the one that was searched for:
 *
 * - `same`: one of its values is the same text;
 * - `other-patient-id`: Other Patient IDs (0010,1000) or their sequence (0010,1002) contain it, for example after a merge;
 * - `letter-case`, `leading-zeros`: one of its values differs only by these, so it may be the same identifier;
 * - `different`: it is another identifier.
 */
export type IdentifierMatch = 'same' | 'other-patient-id' | 'letter-case' | 'leading-zeros' | 'different';

/**
 * Compares the identifier that was searched for with those of a record that the archive returned. Only `same` is the same
 * identifier. The other results say why an archive may have returned the record.
 *
 * @param held Patient ID or Accession Number of the record, which may have several values (`A1\A2`)
 * @param others Other Patient IDs of the record, each possibly with several values
 */
export function matchIdentifier(
  wanted: string,
  held: string | undefined,
  others: readonly (string | undefined)[] = [],
): IdentifierMatch {
  const id = withoutPadding(wanted);
  // A value may contain a backslash by mistake.
  const values = [withoutPadding(held ?? ''), ...valuesOf(held)];
  if (values.includes(id)) return 'same';
  if (others.flatMap((other) => valuesOf(other)).includes(id)) return 'other-patient-id';
  const isEqual = (form: (text: string) => string) => id !== '' && values.some((value) => form(value) === form(id));
  if (isEqual((text) => text.toLowerCase())) return 'letter-case';
  return isEqual((text) => withoutLeadingZeros(text.toLowerCase())) ? 'leading-zeros' : 'different';
}

/** Returns an identifier without leading zeros; `000` is `0`. */
function withoutLeadingZeros(text: string): string {
  return text.replace(/^0+(?=.)/, '');
}
