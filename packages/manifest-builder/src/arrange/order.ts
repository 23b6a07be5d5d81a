import { type InstanceElement, type PatientElement, type SeriesElement, type StudyElement } from '../model/elements.js';
import { type Pace } from './pace.js';

/** Negative if `a` comes before `b`. Texts are compared by UTF-16 code units, so that no locale changes the order. */
export type Compare<Item> = (a: Item, b: Item) => number;

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Numbers ascending, those without one last. */
function byNumber(a = Infinity, b = Infinity): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Compares patients by Patient ID, then by issuer. Those of one id and issuer (ids that are empty or longer than LO) are compared
 * by name, birth date and sex.
 */
export function byPatient(a: PatientElement, b: PatientElement): number {
  return (
    byText(a.PatientID, b.PatientID) ||
    byText(a.IssuerOfPatientID ?? '', b.IssuerOfPatientID ?? '') ||
    byText(a.PatientName, b.PatientName) ||
    byText(a.PatientBirthDate ?? '', b.PatientBirthDate ?? '') ||
    byText(a.PatientSex ?? '', b.PatientSex ?? '')
  );
}

/** Compares studies by date and time, newest first and those without a date last, then by UID. */
export function byStudy(a: StudyElement, b: StudyElement): number {
  return (
    byText(b.StudyDate ?? '', a.StudyDate ?? '') ||
    byText(b.StudyTime ?? '', a.StudyTime ?? '') ||
    byText(a.StudyInstanceUID, b.StudyInstanceUID)
  );
}

/** Compares series by number, then by UID. */
export function bySeries(a: SeriesElement, b: SeriesElement): number {
  return byNumber(a.SeriesNumber, b.SeriesNumber) || byText(a.SeriesInstanceUID, b.SeriesInstanceUID);
}

/** Compares instances by number, then by UID. */
export function byInstance(a: InstanceElement, b: InstanceElement): number {
  return byNumber(a.InstanceNumber, b.InstanceNumber) || byText(a.SOPInstanceUID, b.SOPInstanceUID);
}

/** Number of items that are sorted at once, which takes well under a millisecond. */
const RUN = 2048;

/** Sorts `items`. A long list is sorted in runs that are merged, so that it does not block the event loop. */
export async function sortPaced<Item>(items: Item[], compare: Compare<Item>, pace: Pace): Promise<Item[]> {
  if (items.length <= RUN) return items.sort(compare);
  let runs: Item[][] = [];
  for (let start = 0; start < items.length; start += RUN) {
    runs.push(items.slice(start, start + RUN).sort(compare));
    if (pace.isOver()) await pace.rest();
  }
  while (runs.length > 1) {
    const merged: Item[][] = [];
    for (let index = 0; index < runs.length; index += 2)
      merged.push(await merge(runs[index] ?? [], runs[index + 1] ?? [], compare, pace));
    runs = merged;
  }
  return runs[0] ?? [];
}

async function merge<Item>(left: Item[], right: Item[], compare: Compare<Item>, pace: Pace): Promise<Item[]> {
  const [lastLeft] = left.slice(-1);
  const [firstRight] = right;
  if (lastLeft === undefined || firstRight === undefined || compare(lastLeft, firstRight) <= 0)
    return left.concat(right);
  const merged: Item[] = [];
  let l = 0;
  let r = 0;
  while (l < left.length && r < right.length) {
    const a = left[l] as Item;
    const b = right[r] as Item;
    if (compare(a, b) <= 0) {
      merged.push(a);
      l++;
    } else {
      merged.push(b);
      r++;
    }
    if (pace.due()) await pace.rest();
  }
  return merged.concat(left.slice(l), right.slice(r));
}
