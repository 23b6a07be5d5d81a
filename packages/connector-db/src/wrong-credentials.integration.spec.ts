import { describe, expect, it } from '@jest/globals';
import { type DatabaseSettings } from './database-settings.js';
import { sampleSettings } from './testing/sample-tables.js';
import { PRODUCTS, useSampleServer } from './testing/servers.js';

describe.each(PRODUCTS)('wrong credentials and settings: $name', (product) => {
  const sample = useSampleServer(product);
  const { select } = sampleSettings({});

  it('reports a wrong password, database, table and column, each with its own code', async () => {
    const faultOf = async (settings: Partial<DatabaseSettings>) => {
      const { kind, code, message, remedy } = await sample.faultOf(settings);
      expect(remedy).toBeTruthy();
      expect(`${message} ${remedy}`).not.toContain('hunter2');
      return `${kind} ${code}: ${message}`;
    };
    expect(await faultOf({ password: 'hunter2' })).toMatch(/^refused db\.login\.refused: .*(password|denied)/i);
    expect(await faultOf({ uri: sample.server.jdbcUrl.replace(/[^/]*$/, 'nowhere') })).toMatch(
      /^misconfigured db\.database\.unknown: .*nowhere/,
    );
    expect(await faultOf({ select: select.replace('from patient p', 'from patients p') })).toMatch(
      /^misconfigured db\.select\.rejected: .*patients/,
    );
    expect(await faultOf({ patientIdColumn: 'p.pat_idd' })).toMatch(/^misconfigured db\.select\.rejected: .*pat_idd/);
    expect(await faultOf({ select: select.replace('i.sop_uid as sopInstanceUid,', '') })).toMatch(
      /^misconfigured db\.select\.column-missing: .*sopInstanceUid/,
    );
  });

  it('reports these mistakes in its check, before the first search', async () => {
    const check = (settings: Partial<DatabaseSettings>) => sample.open(settings).check(AbortSignal.timeout(10_000));
    await expect(check({ select: select.replace('e.series_uid as seriesInstanceUid,', '') })).rejects.toMatchObject({
      kind: 'misconfigured',
      code: 'db.select.column-missing',
      message: expect.stringContaining('seriesInstanceUid'),
    });
    await expect(check({ accessionNumberColumn: 's.accession' })).rejects.toMatchObject({
      kind: 'misconfigured',
      code: 'db.select.rejected',
      message: expect.stringContaining('accession'),
    });
    await expect(check({})).resolves.toMatchObject({ details: { connectionsMax: 8 } });
  });
});
