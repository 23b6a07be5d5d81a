import { expect, it } from '@jest/globals';
import { type StudyFilters } from './criteria.js';
import { filterResult } from './filter-result.js';
import { type Study } from './model.js';

const DATES = ['20210704', '2021-07-04', '2021.07.04', '2021-07-04T18:05', '20200101', 'anonymized', undefined, ' '];
const studies: Study[] = DATES.map((studyDate, n) => ({ studyInstanceUid: `1.${n}`, studyDate, series: [] }));

function filtered(filters: StudyFilters) {
  const { patients, notices } = filterResult('a', { patients: [{ patientId: '1', studies }], notices: [] }, filters);
  const dates = patients.flatMap((patient) => patient.studies.map((study) => study.studyDate));
  return { dates, notices: notices.map(({ code, description }) => [code, description]) };
}

const CODE = 'archive.study-date.unreadable';
const DAY = { lowerDateTime: { date: '20210704' }, upperDateTime: { date: '20210704' } };

it('reads dates as archives write them, keeps what is not a date, and says so', () => {
  expect(filtered(DAY)).toEqual({
    dates: DATES.filter((date) => date !== '20200101'),
    notices: [
      [
        CODE,
        'Archive a returned 1 study with a Study Date that is not a date. It is shown, although the date filter may exclude that date.',
      ],
    ],
  });
});

it('uses the time of a date if the study has no other', () => {
  const { dates } = filtered({ lowerDateTime: { date: '20210704', time: '1900' } });
  expect(dates).not.toContain('2021-07-04T18:05');
  expect(dates).toContain('2021-07-04');
});

it('counts a study without a readable date as the oldest, and says that it is left out', () => {
  expect(filtered({ mostRecentResults: 5 })).toMatchObject({
    dates: DATES.slice(0, 5),
    notices: [[CODE, expect.stringContaining('1 study')]],
  });
  expect(filtered({ mostRecentResults: 8 }).notices).toEqual([]);
});

it('adds no notice without a filter by date', () => {
  expect(filtered({})).toEqual({ dates: DATES, notices: [] });
  expect(filtered({ modalitiesInStudy: ['CT'] }).notices).toEqual([]);
});

it('keeps the notices of the connector', () => {
  const notice = { severity: 'INFO' as const, title: 'Cut', description: 'The archive cut the result.' };
  expect(filterResult('a', { patients: [], notices: [notice] }, DAY).notices).toEqual([notice]);
});
