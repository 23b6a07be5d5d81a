import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Notice } from './connector.js';
import { type StudyFilters } from './criteria.js';
import { filterResult } from './filter-result.js';
import { checkIdentifiers, type ReturnedIdentifiers } from './identifier-check.js';
import { type Study } from './model.js';

const WANTED = '0K7';

/** A study as an archive returns it for {@link WANTED}, with what its raw values mean. */
interface Returned {
  identifiers: ReturnedIdentifiers & { isWanted: boolean };
  /** `day` is missing if there is no date, and `null` if the date cannot be read. */
  date: { studyDate?: string; day?: string | null };
  modalities: { modalitiesInStudy?: string[]; values: string[] };
}

const IDENTIFIERS: readonly Returned['identifiers'][] = [
  { id: '0K7', isWanted: true },
  { id: ' 0K7 ', isWanted: true },
  { id: 'X-1\\0K7', isWanted: true },
  { id: 'NEW', others: ['OLD\\0K7'], isWanted: true },
  { id: '0k7', isWanted: false },
  { id: 'K7', isWanted: false },
  { id: '00K7\\Y', isWanted: false },
  { id: 'NEW', others: ['0K77'], isWanted: false },
  { id: '', isWanted: false },
  { isWanted: false },
];
const DATES: readonly Returned['date'][] = [
  { studyDate: '20240105', day: '20240105' },
  { studyDate: '2024-01-05', day: '20240105' },
  { studyDate: '2023.06.30', day: '20230630' },
  { studyDate: '30-JUN-2023', day: '20230630' },
  { studyDate: '05.01.2024', day: '20240105' },
  { studyDate: 'anonymized', day: null },
  { studyDate: '20241305', day: null },
  { studyDate: '' },
  {},
];
const MODALITIES: readonly Returned['modalities'][] = [
  { modalitiesInStudy: ['CT\\SR'], values: ['CT', 'SR'] },
  { modalitiesInStudy: ['ct, pr'], values: ['CT', 'PR'] },
  { modalitiesInStudy: ['CT', 'SR'], values: ['CT', 'SR'] },
  { modalitiesInStudy: [''], values: [] },
  { values: [] },
];

const anyReturned: fc.Arbitrary<Returned> = fc.record({
  identifiers: fc.constantFrom(...IDENTIFIERS),
  date: fc.constantFrom(...DATES),
  modalities: fc.constantFrom(...MODALITIES),
});
const anyDate = (...dates: string[]) => fc.constantFrom(...dates.map((date) => ({ date })));
const anyFilters: fc.Arbitrary<StudyFilters> = fc.record(
  {
    mostRecentResults: fc.integer({ min: 1, max: 6 }),
    modalitiesInStudy: fc.constantFrom(['SR'], ['sr', 'MR'], ['XA']),
    lowerDateTime: anyDate('20230630', '20230701', '20240106'),
    upperDateTime: anyDate('20230629', '20231231', '20240105'),
  },
  { requiredKeys: [] },
);

/** Returns whether a filter by a value that is known excludes the study. */
function isExcluded({ date: { day }, modalities: { values } }: Returned, filters: StudyFilters): boolean {
  const { modalitiesInStudy, lowerDateTime, upperDateTime } = filters;
  const wanted = modalitiesInStudy?.map((modality) => modality.toUpperCase());
  return (
    (wanted !== undefined && values.length > 0 && !values.some((value) => wanted.includes(value))) ||
    (lowerDateTime !== undefined && typeof day === 'string' && day < lowerDateTime.date) ||
    (upperDateTime !== undefined && typeof day === 'string' && day > upperDateTime.date)
  );
}

/** Returns what a connector and its caller make of the studies: those that are shown, and the notices. */
function search(returned: readonly Returned[], filters: StudyFilters): { shown: Returned[]; notices: Notice[] } {
  const { own, notices } = checkIdentifiers('a', 'Patient ID', WANTED, returned, ({ identifiers }) => identifiers);
  const studies = own.map((study): Study => ({
    studyInstanceUid: `1.2.${returned.indexOf(study)}`,
    studyDate: study.date.studyDate,
    modalitiesInStudy: study.modalities.modalitiesInStudy,
    series: [],
  }));
  const result = filterResult('a', { patients: [{ patientId: WANTED, studies }], notices }, filters);
  const shown = result.patients.flatMap((patient) => patient.studies);
  return { shown: shown.map((study) => own[studies.indexOf(study)]!), notices: result.notices };
}

it('shows every study that the archive returned, counts it as missing, or leaves it out by a filter that it fails', () => {
  fc.assert(
    fc.property(fc.array(anyReturned, { maxLength: 12 }), anyFilters, (chosen, filters) => {
      // Studies with equal values are still different studies.
      const returned = chosen.map((study) => ({ ...study }));
      const { shown, notices } = search(returned, filters);
      const most = filters.mostRecentResults ?? Infinity;

      const wanted = returned.filter(({ identifiers }) => identifiers.isWanted);
      const passing = wanted.filter((study) => !isExcluded(study, filters));
      expect(passing).toEqual(expect.arrayContaining(shown));
      expect(shown.length).toBe(Math.min(most, passing.length));

      const older = passing.filter((study) => !shown.includes(study));
      const unreadable = older.filter(({ date }) => date.day === null);
      const counts = notices.map(({ missing }) => missing?.count ?? 0);
      const missing = counts.reduce((sum, count) => sum + count, 0);
      expect(missing).toBe(returned.length - wanted.length + unreadable.length);
      expect(notices.every((notice) => notice.missing === undefined || notice.missing.level === 'study')).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});
