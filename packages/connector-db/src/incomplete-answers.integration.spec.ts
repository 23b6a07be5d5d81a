import { describe, expect, it } from '@jest/globals';
import { instanceRows } from '@pacs-connectors/connector-testkit';
import { ask } from './testing/connectors.js';
import { sampleSettings } from './testing/sample-tables.js';
import { PRODUCTS, question, useSampleServer } from './testing/servers.js';

describe.each(PRODUCTS)('incomplete answers: $name', (product) => {
  const sample = useSampleServer(product);

  it('returns 10,000 rows, all and in order', async () => {
    const connector = sample.openWith(sample.selectOf('n.i as instanceNumber', 10_000));
    const { patients, notices } = await ask(connector, question);
    const instances = patients[0]?.studies[0]?.series[0]?.instances ?? [];
    expect(instances).toHaveLength(10_000);
    expect(instances[9_999]).toMatchObject({ sopInstanceUid: '1.2.3.10000', instanceNumber: '10000' });
    expect(notices).toEqual([]);
  });

  it('searches for more values than the server accepts parameters', async () => {
    const many = Array.from({ length: 70_000 }, (_, n) => `9.9.${n}`);
    const known = instanceRows()[0]?.instance.sopInstanceUid as string;
    const { patients } = await ask(sample.open(), { sopInstanceUids: [...many, known] });
    expect(patients[0]?.studies[0]?.series[0]?.instances).toHaveLength(1);
  });

  it('returns no partial answer if a row fails, and never the value that made it fail', async () => {
    const division =
      product.engine === 'postgresql'
        ? "cast(case when n.i = 9000 then 'SECRET' else '1' end as integer)"
        : "(case when n.i = 9000 then (select 'SECRET' union select 'TWO') else '1' end)";
    const connector = sample.openWith(sample.selectOf(`${division} as instanceNumber`, 10_000));
    const error = await ask(connector, question).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'ConnectorError' });
    expect(JSON.stringify([error, (error as Error).message, (error as Error).cause ?? null])).not.toContain('SECRET');
    await expect(connector.check(AbortSignal.timeout(10_000))).resolves.toBeDefined();
  });

  it('says by which kind of identifier it was not searched', async () => {
    const connector = sample.open({ accessionNumberColumn: undefined });
    const { patients, notices } = await ask(connector, {
      patientIds: [{ id: 'DEMO_2' }],
      accessionNumbers: ['A 17 42'],
    });
    expect(patients.map(({ patientId }) => patientId)).toEqual(['DEMO_2']);
    expect(notices).toMatchObject([
      {
        severity: 'WARN',
        code: 'db.criteria.not-searched',
        description: expect.stringContaining('Accession Number'),
        missing: { level: 'study' },
      },
    ]);
  });

  it('says that issuers were not compared if the select returns none', async () => {
    const { select } = sampleSettings({});
    const connector = sample.open({ select: select.replace('p.issuer as issuerOfPatientId,', '') });
    const { patients, notices } = await ask(connector, { patientIds: [{ id: 'DEMO-1', issuer: 'ELSEWHERE' }] });
    expect(patients).toHaveLength(1);
    expect(notices).toMatchObject([{ severity: 'WARN', code: 'db.issuer.not-compared', title: 'Issuer not compared' }]);
  });

  it('compares an issuer with the rows of that patient only', async () => {
    const [study] = instanceRows().filter(({ patient }) => patient.issuerOfPatientId === 'HOSPITAL_B');
    const { patients } = await ask(sample.open(), {
      patientIds: [{ id: '0042', issuer: 'HOSPITAL_A' }],
      studyInstanceUids: [study?.study.studyInstanceUid as string],
    });
    expect(patients.map(({ issuerOfPatientId }) => issuerOfPatientId).sort()).toEqual(['HOSPITAL_A', 'HOSPITAL_B']);
  });
});
