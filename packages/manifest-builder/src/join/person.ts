import { foldText } from '@pacs-connectors/connector-core';
import { type PatientElement } from '../model/elements.js';

type Demographics = Pick<PatientElement, 'PatientName' | 'PatientBirthDate' | 'PatientSex' | 'IssuerOfPatientID'>;

/**
 * Whether two patients of one id may be two people. They may if their birth dates or sexes differ. They also may if their names
 * differ, and no common issuer or birth date shows that they are one person. Another hospital may give the same id to someone
 * else.
 */
export function contradict(a: Demographics, b: Demographics): boolean {
  const bornOn = [a.PatientBirthDate, b.PatientBirthDate];
  if (differ(bornOn)) return true;
  if (differ([a.PatientSex, b.PatientSex].map((sex) => (sex === 'O' ? undefined : sex)))) return true;
  const oneIssuer = a.IssuerOfPatientID !== undefined && a.IssuerOfPatientID === b.IssuerOfPatientID;
  return !oneIssuer && bornOn.includes(undefined) && namesDiffer(a.PatientName, b.PatientName);
}

function differ([one, other]: (string | undefined)[]): boolean {
  return one !== undefined && other !== undefined && one !== other;
}

/** Whether family or given names differ. A name that begins with the other one (`ANNA MARIA`, `ANNA`) does not differ. */
function namesDiffer(a: string, b: string): boolean {
  const [one, other] = [wordsOf(a), wordsOf(b)];
  if (one === '' || other === '') return false;
  return !one.startsWith(other) && !other.startsWith(one);
}

function wordsOf(name: string): string {
  return foldText(name)
    .split(/[\^=,\s]+/)
    .filter((word) => word !== '')
    .join(' ');
}
