import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { emptyCriteria } from '@pacs-connectors/connector-core';
import { conformanceCases, sampleArchive } from '@pacs-connectors/connector-testkit';
import { dicomFile, type RunningOrthanc, startOrthanc } from '@pacs-connectors/test-services';
import { instanceRows } from '@pacs-connectors/connector-testkit';
import { errors } from './errors/error-codes.js';
import { connectorTo } from './testing/connector-to.js';

describe('DicomWebConnector on Orthanc', () => {
  let orthanc: RunningOrthanc;
  beforeAll(async () => {
    orthanc = await startOrthanc({ dicomWeb: true, config: { DefaultEncoding: 'Utf8' } });
    await orthanc.upload(
      instanceRows().map(({ patient, study, series, instance }) => dicomFile(patient, study, series, instance)),
    );
  });
  afterAll(() => orthanc?.stop());

  const open = async () => {
    const connector = connectorTo(orthanc.dicomWebUrl);
    return { connector, close: () => connector.close() };
  };

  for (const { name, run } of conformanceCases(open, { errors })) it(name, run);

  it('says that an identifier without an ASCII letter or digit may not be understood', async () => {
    const { connector, close } = await open();
    const options = { signal: AbortSignal.timeout(20_000), depth: 'study' } as const;
    const { patients, notices } = await connector.search({ ...emptyCriteria(), patientIds: [{ id: 'ＡＢ' }] }, options);
    await close();
    expect(patients).toEqual([]);
    expect(notices).toMatchObject([{ severity: 'WARN', description: expect.stringContaining('PatientID') }]);
  });

  it('goes as deep as dicom-web-level-limit says', async () => {
    const criteria = {
      patientIds: [{ id: sampleArchive[0]?.patientId ?? '' }],
      studyInstanceUids: [],
      accessionNumbers: [],
      seriesInstanceUids: [],
      sopInstanceUids: [],
      filters: {},
    };
    for (const [levelLimit, series, instances] of [
      ['study', 0, 0],
      ['series', 6, 0],
    ] as const) {
      const connector = connectorTo(orthanc.dicomWebUrl, { levelLimit });
      const { patients } = await connector.search(criteria, {
        signal: AbortSignal.timeout(20_000),
        depth: 'instance',
      });
      await connector.close();
      const found = patients.flatMap((patient) => patient.studies).flatMap((study) => study.series);
      expect([found.length, found.flatMap((one) => one.instances).length]).toEqual([series, instances]);
    }
  });
});
