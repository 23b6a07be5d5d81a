import { expect, it } from '@jest/globals';
import { checkIdentifiers, type ReturnedIdentifiers } from './identifier-check.js';

function checked(
  wanted: string,
  studies: ReturnedIdentifiers[],
  name: 'Patient ID' | 'Accession Number' = 'Patient ID',
) {
  const { own, notices } = checkIdentifiers('a', name, wanted, studies, (study) => study);
  return { ids: own.map(({ id }) => id), notices: notices.map(({ code, description }) => [code, description]) };
}

it('selects studies with the same identifier, also as one of several values, without a notice', () => {
  expect(checked('77', [{ id: '77' }, { id: ' 77' }, { id: '1\\77' }])).toEqual({
    ids: ['77', ' 77', '1\\77'],
    notices: [],
  });
  expect(checked('77', [])).toEqual({ ids: [], notices: [] });
});

it('selects studies that Other Patient IDs explain, and says so', () => {
  expect(
    checked('OLD', [{ id: 'NEW', others: ['OLD'] }, { id: 'NEW', others: ['OLDER\\OLD'] }, { id: 'OLD' }]),
  ).toEqual({
    ids: ['NEW', 'NEW', 'OLD'],
    notices: [
      [
        'archive.identifier.other-patient-id',
        'Archive a returned 2 studies of another Patient ID, with the requested one among its Other Patient IDs.',
      ],
    ],
  });
});

it('leaves out all others, and counts them with the reasons', () => {
  expect(checked('k7', [{ id: 'K7' }, { id: '0k7' }, { id: 'X', others: ['Y'] }, {}])).toEqual({
    ids: [],
    notices: [
      [
        'archive.identifier.differs',
        'Archive a returned 4 studies of another Patient ID than the requested one (1 only by letter case, 1 only by leading zeros); not shown. Check the Patient ID.',
      ],
    ],
  });
  expect(checked('A1', [{ id: 'A2' }], 'Accession Number').notices).toEqual([
    [
      'archive.identifier.differs',
      'Archive a returned 1 study of another Accession Number than the requested one; not shown. Check the Accession Number.',
    ],
  ]);
});
