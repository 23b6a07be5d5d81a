import { foldText } from '@pacs-connectors/connector-core';
import { type PatientElement } from '../model/elements.js';

type Demographics = Pick<PatientElement, 'PatientName' | 'PatientBirthDate' | 'PatientSex' | 'IssuerOfPatientID'>;

/**
 * Whether two patients of one id cannot be taken for one person: their birth dates or sexes differ, or their names do and
 * neither an issuer nor a birth date shows that they are one. Numbers without an issuer are given to other people in another
 * hospital.
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

/** Whether family or given names differ; one that begins like the other (`ANNA`, `ANNA MARIA`) does not. */
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
