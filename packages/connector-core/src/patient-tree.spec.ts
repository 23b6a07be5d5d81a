import { expect, it } from '@jest/globals';
import { PatientTree } from './patient-tree.js';

it('makes one patient of one id and issuer, two of one id under two issuers', () => {
  const tree = new PatientTree();
  const first = tree.patient({ patientId: '7', issuerOfPatientId: 'A' });
  expect(tree.patient({ patientId: '7', issuerOfPatientId: 'A' })).toBe(first);
  expect(tree.patient({ patientId: '7', issuerOfPatientId: 'B' })).not.toBe(first);
  expect(tree.patient({ patientId: '7' })).not.toBe(first);
  expect(tree.patients).toHaveLength(3);
});

it('never joins two people without an id', () => {
  const tree = new PatientTree();
  const jane = tree.patient({ patientId: '', patientName: 'Doe^Jane', patientBirthDate: '19700101' });
  expect(tree.patient({ patientId: '', patientName: 'Doe^Jane', patientBirthDate: '19700101' })).toBe(jane);
  expect(tree.patient({ patientId: '', patientName: 'Doe^Jane', patientBirthDate: '19800101' })).not.toBe(jane);
  expect(tree.patient({ patientId: '', patientName: 'Roe^Jane' })).not.toBe(jane);
  expect(tree.patient({ patientId: 'Doe^Jane' })).not.toBe(tree.patient({ patientId: '', patientName: 'Doe^Jane' }));
});

it('takes from a repeated node what the first one lacked, and nothing else', () => {
  const tree = new PatientTree();
  const patient = tree.patient({ patientId: '7', patientName: 'Doe^Jane' });
  tree.patient({ patientId: '7', patientName: 'Other^Name', patientSex: 'F' });
  expect(patient).toEqual({ patientId: '7', patientName: 'Doe^Jane', patientSex: 'F', studies: [] });
});

it('lists a UID once and reports the parents that disagree', () => {
  const tree = new PatientTree();
  const jane = tree.patient({ patientId: '1' });
  const joan = tree.patient({ patientId: '2' });
  const study = tree.study(jane, { studyInstanceUid: '1.2' });
  expect(tree.study(joan, { studyInstanceUid: '1.2' })).toBe(study);
  const series = tree.seriesOf(study, { seriesInstanceUid: '1.2.3' });
  tree.instance(series, { sopInstanceUid: '1.2.3.4' });
  tree.instance(series, { sopInstanceUid: '1.2.3.4', instanceNumber: '5' });
  const other = tree.study(jane, { studyInstanceUid: '1.9' });
  expect(tree.seriesOf(other, { seriesInstanceUid: '1.2.3' })).toBe(series);

  expect([...tree.conflicts]).toEqual(['1.2', '1.2.3']);
  expect(tree.instanceCount).toBe(1);
  expect(series.instances).toEqual([{ sopInstanceUid: '1.2.3.4', instanceNumber: '5' }]);
  expect(tree.result()).toEqual([jane]);
});
