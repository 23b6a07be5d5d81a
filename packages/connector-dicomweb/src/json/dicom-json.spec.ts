import { describe, expect, it } from '@jest/globals';
import { countOf, instanceOf, patientOf, seriesOf, studyOf, Tag, textOf, textsOf } from './dicom-json.js';

describe('DICOM JSON', () => {
  it.each([
    [{ Value: [{ Alphabetic: 'A^B', Ideographic: '星野', Phonetic: 'ほしの' }] }, 'A^B=星野=ほしの'],
    [{ Value: [{ Alphabetic: 'A^B' }] }, 'A^B'],
    [{ Value: [{ Ideographic: '星野' }] }, '=星野'],
    [{ Value: ['A^B=C'] }, 'A^B=C'],
    [{ Value: 'A^B' }, 'A^B'],
    [{ Value: [{ Alphabetic: 'A' }, { Alphabetic: 'B' }] }, 'A\\B'],
    [{ vr: 'PN' }, undefined],
    [{ Value: [] }, undefined],
    [{ Value: [null] }, undefined],
    [{ Value: [' '] }, undefined],
    [{ Value: [{}] }, undefined],
    [undefined, undefined],
  ])('keeps the components of a name: %j', (attribute, expected) => {
    expect(textOf({ [Tag.PatientName]: attribute }, Tag.PatientName)).toBe(expected);
  });

  it('takes numbers and texts alike, and lower-case tags', () => {
    expect(textOf({ [Tag.SeriesNumber]: { Value: [3] } }, Tag.SeriesNumber)).toBe('3');
    expect(textOf({ '0008103e': { Value: ['T1 '] } }, Tag.SeriesDescription)).toBe('T1');
    expect(textsOf({ [Tag.ModalitiesInStudy]: { Value: ['CT', null, 'SR '] } }, Tag.ModalitiesInStudy)).toEqual([
      'CT',
      'SR',
    ]);
  });

  it.each([
    [{ Value: [12] }, 12],
    [{ Value: ['12'] }, 12],
    [{ Value: ['many'] }, undefined],
    [{ Value: [-1] }, undefined],
    [{}, undefined],
  ])('counts: %j', (attribute, expected) => {
    const tag = Tag.NumberOfStudyRelatedInstances;
    expect(countOf({ [tag]: attribute }, tag)).toBe(expected);
  });

  it('bears results that lack what makes them one', () => {
    expect(patientOf({})).toMatchObject({ patientId: '' });
    expect([studyOf({}), seriesOf({}), instanceOf({})]).toEqual([undefined, undefined, undefined]);
  });
});
