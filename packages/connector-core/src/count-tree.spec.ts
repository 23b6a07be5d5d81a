import { expect, it } from '@jest/globals';
import { countTree } from './count-tree.js';
import { PatientTree } from './patient-tree.js';

it('counts the nodes of each level, also below a node without children', () => {
  expect(countTree([])).toEqual({ patients: 0, studies: 0, series: 0, instances: 0 });
  const tree = new PatientTree();
  const patient = tree.patient({ patientId: '1' });
  const study = tree.study(patient, { studyInstanceUid: '1.1' });
  tree.study(patient, { studyInstanceUid: '1.2' });
  const series = tree.seriesOf(study, { seriesInstanceUid: '1.1.1' });
  tree.seriesOf(study, { seriesInstanceUid: '1.1.2' });
  tree.instance(series, { sopInstanceUid: '1.1.1.1' });
  tree.instance(series, { sopInstanceUid: '1.1.1.2' });
  tree.instance(series, { sopInstanceUid: '1.1.1.3' });
  expect(countTree([...tree.patients, { patientId: '2', studies: [] }])).toEqual({
    patients: 2,
    studies: 2,
    series: 2,
    instances: 3,
  });
});
