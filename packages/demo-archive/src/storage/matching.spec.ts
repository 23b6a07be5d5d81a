import { expect, it } from '@jest/globals';
import { attributesOf } from '../dicom/keywords.js';
import { tagOf } from '../dicom/dictionary.js';
import { matches } from './matching.js';

const study = attributesOf({
  PatientID: 'A*1',
  PatientName: 'Hoshino^Kaede=星野^楓',
  StudyDate: '20240312',
  StudyTime: '093015',
  StudyInstanceUID: '1.2.3',
  ModalitiesInStudy: ['CT', 'SR'],
  AccessionNumber: '',
});

it.each([
  ['PatientID', [], true],
  ['PatientID', ['A*1'], true],
  ['PatientID', ['a?1'], false],
  ['PatientName', ['hoshino*'], true],
  ['PatientName', ['*楓'], true],
  ['PatientName', ['Kaede'], false],
  ['StudyDate', ['20240312'], true],
  ['StudyDate', ['20240101-20241231'], true],
  ['StudyDate', ['20240313-'], false],
  ['StudyDate', ['-20240312'], true],
  ['StudyTime', ['09-0931'], true],
  ['StudyTime', ['10-'], false],
  ['StudyInstanceUID', ['1.2', '1.2.3'], true],
  ['StudyInstanceUID', ['1.2.*'], false],
  ['ModalitiesInStudy', ['SR'], true],
  ['ModalitiesInStudy', ['MR'], false],
  ['AccessionNumber', ['*'], true],
  ['AccessionNumber', ['1'], false],
] as const)('%s matches %j: %s', (keyword, values, expected) => {
  expect(matches(study, { [tagOf(keyword)]: values })).toBe(expected);
});
