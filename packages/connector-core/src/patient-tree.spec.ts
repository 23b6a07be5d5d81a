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

it('takes from a repeated node what the first one lacked, and of what differs the longer one, else the one that sorts first', () => {
  const tree = new PatientTree();
  const patient = tree.patient({ patientId: '7', patientName: 'Doe^Jane', patientBirthDate: '19700102' });
  tree.patient({ patientId: '7', patientName: 'Doe^J', patientSex: 'F', patientBirthDate: '19700101' });
  expect(patient).toEqual({
    patientId: '7',
    patientName: 'Doe^Jane',
    patientSex: 'F',
    patientBirthDate: '19700101',
    studies: [],
  });
});

it('takes attributes only from whole nodes, not their children', () => {
  const whole = { seriesInstanceUid: '1.2.3', instances: [{ sopInstanceUid: '1' }, { sopInstanceUid: '2' }] };
  const tree = new PatientTree();
  const study = tree.study(tree.patient({ patientId: '7' }), { studyInstanceUid: '1.2' });
  for (const instance of whole.instances) tree.instance(tree.seriesOf(study, whole), { ...instance });
  expect(study.series).toEqual([whole]);
  expect(study.series[0]?.instances).not.toBe(whole.instances);
  expect(whole.instances).toHaveLength(2);
});

it('keeps the longer list of modalities, whatever the order', () => {
  for (const lists of [
    [['CT'], ['CT', 'SR']],
    [['CT', 'SR'], ['CT']],
  ]) {
    const tree = new PatientTree();
    const patient = tree.patient({ patientId: '7' });
    for (const modalitiesInStudy of lists) tree.study(patient, { studyInstanceUid: '1.2', modalitiesInStudy });
    expect(patient.studies[0]?.modalitiesInStudy).toEqual(['CT', 'SR']);
  }
});

it('is the same whatever the order of what it is made from', () => {
  const rows = [
    { id: '2', name: undefined, study: '1.2', series: '1.2.3', sop: '1' },
    { id: '1', name: 'Doe^Jane', study: '1.2', series: '1.2.3', sop: '2' },
    { id: '1', name: 'Doe^Joan', study: '1.1', series: '1.2.3', sop: '3' },
    { id: '1', name: undefined, study: '1.1', series: '1.1.1', sop: '3' },
    { id: '2', name: 'Roe', study: '1.9', series: '1.9.1', sop: '4' },
  ];
  const byUid = (a: object, b: object) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
  const treeOf = (order: typeof rows) => {
    const tree = new PatientTree();
    for (const { id, name, study, series, sop } of order) {
      const patient = tree.patient({ patientId: id, patientName: name });
      const node = tree.seriesOf(tree.study(patient, { studyInstanceUid: study }), { seriesInstanceUid: series });
      tree.instance(node, { sopInstanceUid: sop });
    }
    const patients = tree.result().sort(byUid);
    for (const patient of patients) {
      patient.studies.sort(byUid);
      for (const study of patient.studies) {
        study.series.sort(byUid);
        for (const series of study.series) series.instances.sort(byUid);
      }
    }
    return { patients, conflicts: [...tree.conflicts].sort() };
  };
  const expected = treeOf(rows);
  expect(expected.conflicts).toEqual(['1.2', '1.2.3', '3']);
  for (let turn = 0; turn < rows.length; turn++) {
    const turned = [...rows.slice(turn), ...rows.slice(0, turn)];
    expect(treeOf(turned)).toEqual(expected);
    expect(treeOf(turned.reverse())).toEqual(expected);
  }
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
