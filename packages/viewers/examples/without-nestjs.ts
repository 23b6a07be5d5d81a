import { ohifUrl, WEASIS_COMMAND, weasisUrl } from '@pacs-connectors/viewers';

const manifestUrls = ['https://viewer.example.org/manifest?patientID=4711'];
console.log(weasisUrl({ command: WEASIS_COMMAND, manifestUrls }));
console.log(ohifUrl({ baseUrl: 'https://ohif.example.org', dataSource: 'main', studyInstanceUids: ['1.2'] }));
