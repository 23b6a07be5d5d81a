import { filterStudies, PatientTree } from '@pacs-connectors/connector-core';

const tree = new PatientTree();
const patient = tree.patient({ patientId: '4711', patientName: 'Doe^Jane' });
tree.study(patient, { studyInstanceUid: '1.2', studyDate: '20250131' });
tree.study(patient, { studyInstanceUid: '1.3', studyDate: '20260131' });
console.log(JSON.stringify(filterStudies(tree.result(), { mostRecentResults: 1 })));
