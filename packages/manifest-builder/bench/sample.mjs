// Trees to measure with: values such as an archive gives them, every attribute filled.

/** An arcQuery of `studies` × `series` × `instances`. */
export function sampleArcQuery({ studies, series, instances }) {
  const patient = {
    patientId: 'PAT-000123',
    issuerOfPatientId: 'HOSPITAL',
    patientName: "O'Neil^Müller^Anna",
    patientBirthDate: '19611203',
    patientSex: 'F',
    studies: [],
  };
  for (let i = 1; i <= studies; i++) {
    const studyInstanceUid = `1.2.826.0.1.3680043.8.498.${4_000_000_000 + i * 7919}.${i}`;
    const study = {
      studyInstanceUid,
      studyDescription: 'CT Thorax & Abdomen <nativ>',
      studyDate: `20${String(10 + (i % 15))}0${1 + (i % 9)}15`,
      studyTime: '101112.5',
      accessionNumber: `A${100_000 + i}`,
      studyId: `S${i}`,
      referringPhysicianName: 'Curie^Marie',
      series: [],
    };
    patient.studies.push(study);
    for (let j = 1; j <= series; j++) {
      const seriesInstanceUid = `${studyInstanceUid}.${j}`;
      const node = {
        seriesInstanceUid,
        seriesDescription: `Recon ${j}: 1.0 mm`,
        seriesNumber: String(j),
        modality: 'CT',
        seriesDate: study.studyDate,
        seriesTime: '101213',
        instances: [],
      };
      study.series.push(node);
      for (let k = 1; k <= instances; k++)
        // Made from bytes, as a driver makes them: flat strings whose hash nobody has asked for yet.
        node.instances.push({
          sopInstanceUid: Buffer.from(`${seriesInstanceUid}.${100_000 + k}`).toString(),
          sopClassUid: Buffer.from('1.2.840.10008.5.1.4.1.1.2').toString(),
          instanceNumber: String(k),
        });
    }
  }
  return {
    arcId: 'main',
    baseUrl: 'https://pacs.example.org/wado',
    webLogin: 'dXNlcjpwYXNzd29yZA==',
    queryMode: 'DB',
    overrideDicomTags: [0x00100010, 0x00100020],
    httpTags: [{ key: 'X-Site', value: 'one' }],
    transferSyntaxUid: '1.2.840.10008.1.2.4.70',
    compressionRate: 80,
    patients: [patient],
  };
}

const TO_ESCAPE = /[&<>"\t\n\r]/;
const REFERENCES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text) =>
  TO_ESCAPE.test(text)
    ? text.replace(/[&<>"\t\n\r]/g, (character) => REFERENCES[character] ?? `&#${character.charCodeAt(0)};`)
    : text;
const attribute = (name, value) => (value === undefined ? '' : ` ${name}="${escaped(value)}"`);

/** The baseline: the same attributes joined as they come, each escaped; nothing checked, sorted or made unique. */
export function joinPlainly(query) {
  let text =
    '<?xml version="1.0" encoding="UTF-8"?><manifest xmlns="http://www.weasis.org/xsd/2.5"><arcQuery' +
    attribute('arcId', query.arcId) +
    attribute('baseUrl', query.baseUrl) +
    attribute('webLogin', query.webLogin) +
    attribute('overrideDicomTagsList', '0x00100010,0x00100020') +
    attribute('queryMode', query.queryMode) +
    '>';
  for (const tag of query.httpTags) text += `<httpTag${attribute('key', tag.key)}${attribute('value', tag.value)}/>`;
  for (const patient of query.patients) {
    text +=
      '<Patient' +
      attribute('PatientID', patient.patientId) +
      attribute('PatientName', patient.patientName) +
      attribute('IssuerOfPatientID', patient.issuerOfPatientId) +
      attribute('PatientBirthDate', patient.patientBirthDate) +
      attribute('PatientSex', patient.patientSex) +
      '>';
    for (const study of patient.studies) {
      text +=
        '<Study' +
        attribute('StudyInstanceUID', study.studyInstanceUid) +
        attribute('StudyDescription', study.studyDescription) +
        attribute('StudyDate', study.studyDate) +
        attribute('StudyTime', study.studyTime) +
        attribute('AccessionNumber', study.accessionNumber) +
        attribute('StudyID', study.studyId) +
        attribute('ReferringPhysicianName', study.referringPhysicianName) +
        '>';
      for (const series of study.series) {
        text +=
          '<Series' +
          attribute('SeriesInstanceUID', series.seriesInstanceUid) +
          attribute('SeriesDescription', series.seriesDescription) +
          attribute('SeriesNumber', series.seriesNumber) +
          attribute('Modality', series.modality) +
          attribute('SeriesDate', series.seriesDate) +
          attribute('SeriesTime', series.seriesTime) +
          attribute('WadoTransferSyntaxUID', query.transferSyntaxUid) +
          attribute('WadoCompressionRate', String(query.compressionRate)) +
          '>';
        for (const instance of series.instances)
          text +=
            '<Instance' +
            attribute('SOPInstanceUID', instance.sopInstanceUid) +
            attribute('SOPClassUID', instance.sopClassUid) +
            attribute('InstanceNumber', instance.instanceNumber) +
            '/>';
        text += '</Series>';
      }
      text += '</Study>';
    }
    text += '</Patient>';
  }
  return text + '</arcQuery></manifest>';
}
