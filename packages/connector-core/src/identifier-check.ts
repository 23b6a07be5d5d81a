import { type IdentifierMatch, matchIdentifier } from './attributes/index.js';
import { type Notice } from './connector.js';
import { codes } from './error-codes.js';
import { counted } from './sentences.js';

/** The identifiers of a study that an archive returned. */
export interface ReturnedIdentifiers {
  /** Patient ID (0010,0020) or Accession Number (0008,0050) as returned. */
  id?: string;
  /** Other Patient IDs (0010,1000), and the Patient IDs in Other Patient IDs Sequence (0010,1002). */
  others?: readonly string[];
}

/** The result of {@link checkIdentifiers}. */
export interface CheckedIdentifiers<Study> {
  /** The studies of the identifier that was searched for. */
  own: Study[];
  /** What users have to know about studies with other identifiers. */
  notices: Notice[];
}

/**
 * Selects the studies of the identifier that was searched for, because archives also return others: after a merge, or if they
 * compare without letter case or as numbers. A study is selected if its identifier is the same text, or if its Other Patient IDs
 * contain it. A notice counts the studies that Other Patient IDs explain. Another one counts those that are left out, as missing.
 */
export function checkIdentifiers<Study>(
  connectorId: string,
  name: 'Patient ID' | 'Accession Number',
  wanted: string,
  studies: readonly Study[],
  identifiersOf: (study: Study) => ReturnedIdentifiers,
): CheckedIdentifiers<Study> {
  const counts = new Map<IdentifierMatch, number>();
  const own = studies.filter((study) => {
    const { id, others } = identifiersOf(study);
    const match = matchIdentifier(wanted, id, others);
    counts.set(match, (counts.get(match) ?? 0) + 1);
    return match === 'same' || match === 'other-patient-id';
  });
  const archive = `Archive ${connectorId} returned`;
  const notices: Notice[] = [];
  const explained = counts.get('other-patient-id') ?? 0;
  if (explained > 0) {
    notices.push({
      severity: 'INFO',
      code: codes['archive.identifier.other-patient-id'],
      title: 'Found by another Patient ID',
      description: `${archive} ${counted(explained, 'study', 'studies')} of another Patient ID, with the requested one among its Other Patient IDs.`,
    });
  }
  const leftOut = studies.length - own.length;
  if (leftOut > 0) {
    const reasons = DIFFERENCES.filter(([match]) => counts.has(match)).map(
      ([match, reason]) => `${counts.get(match)} ${reason}`,
    );
    const why = reasons.length > 0 ? ` (${reasons.join(', ')})` : '';
    notices.push({
      severity: 'WARN',
      code: codes['archive.identifier.differs'],
      title: `Another ${name}`,
      description: `${archive} ${counted(leftOut, 'study', 'studies')} of another ${name} than the requested one${why}; not shown. Check the ${name}.`,
      missing: { level: 'study', count: leftOut },
    });
  }
  return { own, notices };
}

const DIFFERENCES: readonly [IdentifierMatch, string][] = [
  ['letter-case', 'only by letter case'],
  ['leading-zeros', 'only by leading zeros'],
];
