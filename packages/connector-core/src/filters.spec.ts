import { describe, expect, it } from '@jest/globals';
import { type StudyFilters } from './criteria.js';
import { filterStudies, foldText, modalitiesOf, newestFirst } from './filters.js';
import { type Patient, type Study } from './model.js';

function study(studyInstanceUid: string, more: Partial<Study> = {}): Study {
  return { studyInstanceUid, series: [], ...more };
}

function found(studies: Study[], filters: StudyFilters): string[] {
  const patients: Patient[] = [{ patientId: '1', studies }];
  return filterStudies(patients, filters).flatMap((patient) => patient.studies.map((item) => item.studyInstanceUid));
}

describe('modalitiesInStudy', () => {
  const withSeries = (modality: string) =>
    study('1.1', { series: [{ seriesInstanceUid: '1', modality, instances: [] }] });

  it('keeps the studies that hold any of them, by the series or by what the archive states', () => {
    expect(
      found([withSeries('CT'), study('1.2', { modalitiesInStudy: ['MR', 'SR'] })], { modalitiesInStudy: ['sr', 'US'] }),
    ).toEqual(['1.2']);
    expect(found([withSeries('CT')], { modalitiesInStudy: ['CT'] })).toEqual(['1.1']);
  });

  it('reads several values in one text', () => {
    const joined = study('1.3', { modalitiesInStudy: ['PT\\SEG', 'SR'] });
    for (const modality of ['PT', 'seg', 'SR'])
      expect(found([joined], { modalitiesInStudy: [modality] })).toEqual(['1.3']);
    expect(found([joined], { modalitiesInStudy: ['MR'] })).toEqual([]);
    expect(modalitiesOf(joined)).toEqual(['PT', 'SEG', 'SR']);
    expect(found([withSeries('OT\\KO')], { modalitiesInStudy: ['KO'] })).toEqual(['1.1']);
    expect(found([withSeries('X RAY')], { modalitiesInStudy: ['X RAY'] })).toEqual(['1.1']);
    expect(found([study('1.4', { modalitiesInStudy: [' '] })], { modalitiesInStudy: ['MR'] })).toEqual(['1.4']);
  });

  it('keeps a study without known modalities', () => {
    expect(found([study('1.1')], { modalitiesInStudy: ['CT'] })).toEqual(['1.1']);
  });

  it('returns each modality of the series once', () => {
    const series = ['CT', undefined, 'CT', 'SR'].map((modality, index) => ({
      seriesInstanceUid: `${index}`,
      modality,
      instances: [],
    }));
    expect(modalitiesOf(study('1', { series }))).toEqual(['CT', 'SR']);
  });
});

describe('containsInDescription', () => {
  it('ignores letter case and accents on both sides', () => {
    const studies = [
      study('1.1', { studyDescription: 'IRM CÉRÉBRALE' }),
      study('1.2', { studyDescription: 'Thorax' }),
      study('1.3'),
    ];
    expect(found(studies, { containsInDescription: ['cérebrale'] })).toEqual(['1.1']);
    expect(found(studies, { containsInDescription: ['abdomen', 'THÔRAX'] })).toEqual(['1.2']);
    expect(foldText('Ångström')).toBe('angstrom');
  });
});

describe('dates', () => {
  const morning = study('1.1', { studyDate: '20240131', studyTime: '0915' });
  const evening = study('1.2', { studyDate: '20240131', studyTime: '201500.123' });
  const untimed = study('1.3', { studyDate: '20240131' });
  const undated = study('1.4');
  const all = [morning, evening, untimed, undated];

  it('a bound without a time includes the whole day', () => {
    expect(found(all, { lowerDateTime: { date: '20240131' }, upperDateTime: { date: '20240131' } })).toEqual([
      '1.1',
      '1.2',
      '1.3',
      '1.4',
    ]);
    expect(found(all, { lowerDateTime: { date: '20240201' } })).toEqual(['1.4']);
    expect(found(all, { upperDateTime: { date: '20240130' } })).toEqual(['1.4']);
  });

  it('compares times with fractions, includes the bounds, and keeps studies without a time', () => {
    expect(found(all, { lowerDateTime: { date: '20240131', time: '201500.123' } })).toEqual(['1.2', '1.3', '1.4']);
    expect(found(all, { lowerDateTime: { date: '20240131', time: '201500.124' } })).toEqual(['1.3', '1.4']);
    expect(found(all, { upperDateTime: { date: '20240131', time: '091500' } })).toEqual(['1.1', '1.3', '1.4']);
    expect(found(all, { upperDateTime: { date: '20240131', time: '091459' } })).toEqual(['1.3', '1.4']);
  });
});

describe('mostRecentResults', () => {
  it('keeps the newest of all patients together, after the other filters, and leaves out patients without any', () => {
    const patients: Patient[] = [
      { patientId: '1', studies: [study('1.1', { studyDate: '20200101' }), study('1.2', { studyDate: '20240101' })] },
      { patientId: '2', studies: [study('2.1', { studyDate: '20230101', studyDescription: 'unwanted' })] },
      { patientId: '3', studies: [study('3.1', { studyDate: '20230601' }), study('3.2')] },
    ];
    const result = filterStudies(patients, { mostRecentResults: 2 });
    expect(result.map((patient) => [patient.patientId, patient.studies.map((item) => item.studyInstanceUid)])).toEqual([
      ['1', ['1.2']],
      ['3', ['3.1']],
    ]);
    expect(patients[0]?.studies).toHaveLength(2);
  });

  it('orders equal moments by UID, undated ones last', () => {
    const studies = [
      study('1.9'),
      study('1.2', { studyDate: '20240101' }),
      study('1.1', { studyDate: '20240101' }),
      study('1.0', { studyDate: '20240101', studyTime: '08' }),
    ];
    expect([...studies].sort(newestFirst).map((item) => item.studyInstanceUid)).toEqual(['1.0', '1.1', '1.2', '1.9']);
  });
});

it('keeps everything without filters', () => {
  expect(found([study('1.1'), study('1.2')], {})).toEqual(['1.1', '1.2']);
});
