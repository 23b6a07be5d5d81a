import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dicomTag } from './dicom-tag.js';
import { formatDuration, parseDuration } from './duration.js';
import { quote, redact } from './redact.js';
import { joinServerUrl } from './server-url.js';

describe('durations', () => {
  it.each([
    ['30', 30_000],
    ['30s', 30_000],
    ['1.5 s', 1500],
    ['500ms', 500],
    ['2M', 120_000],
    ['1h', 3_600_000],
    ['', undefined],
    ['-1s', undefined],
    ['abc', undefined],
    ['1 day', undefined],
  ])('%j is %j ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it('are read as they are written', () => {
    fc.assert(fc.property(fc.nat(), (ms) => expect(parseDuration(formatDuration(ms))).toBe(ms)));
  });
});

describe('DICOM tags', () => {
  it.each([
    ['0x00100010', 0x00_10_00_10],
    ['0X7FE00010', 0x7f_e0_00_10],
    ['(0010,0020)', 0x00_10_00_20],
    ['0010,0020', 0x00_10_00_20],
    ['1048592', 0x00_10_00_10],
    ['PatientName', 0x00_10_00_10],
    ['patientname', 0x00_10_00_10],
    ['IssuerOfPatientID', 0x00_10_00_21],
    ['4294967295', 0xff_ff_ff_ff],
    ['4294967296', undefined],
    ['PatientNam', undefined],
    ['0010', undefined],
    ['0x00000010', undefined],
    ['0x1234567890', undefined],
    ['constructor', undefined],
  ])('%s is %j', (text, tag) => expect(dicomTag.parse(text)).toBe(tag));

  it('are read as they are written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0x00_08_00_00, max: 0xff_ff_ff_ff }), (tag) =>
        expect(dicomTag.parse(dicomTag.print!(tag))).toBe(tag),
      ),
    );
  });
});

describe('server addresses', () => {
  it.each([
    [['https://pacs.example', undefined, undefined], 'https://pacs.example'],
    [['https://pacs.example/', 8443, undefined], 'https://pacs.example:8443'],
    [['https://pacs.example', 8443, '/dcm4chee-arc/rs'], 'https://pacs.example:8443/dcm4chee-arc/rs'],
    [['https://pacs.example', undefined, 'wado'], 'https://pacs.example/wado'],
    [['https://pacs.example:8443', 8443, 'wado'], 'https://pacs.example:8443/wado'],
    [['https://pacs.example/base/', 80, 'wado'], 'https://pacs.example:80/base/wado'],
    [['http://[::1]', 8042, ''], 'http://[::1]:8042'],
  ] as const)('%j', ([url, port, context], joined) =>
    expect(joinServerUrl(url, port, context)).toEqual({ url: joined }),
  );

  it('refuses two ports, and text that is not a URL', () => {
    expect(joinServerUrl('https://pacs.example:1', 2)).toHaveProperty('found');
    expect(joinServerUrl('pacs.example', 2)).toHaveProperty('found');
  });
});

describe('passwords in texts', () => {
  it.each([
    "SELECT * FROM dblink('host=h password=hunter2', 'select 1') x",
    "SELECT * FROM dblink_exec('hunter2', 'q')",
    "SELECT * FROM OPENROWSET('SQLNCLI', 'h';'sa';'hunter2', 'q')",
    "SELECT pgp_sym_decrypt(name, 'hunter2') FROM t",
    "SELECT x FROM t WHERE y = 'user=a pwd=hunter2'",
    '{"api_key": "hunter2"}',
    "password => 'hunter2'",
  ])('masks secrets inside %j', (text) => {
    expect(redact(text)).not.toContain('hunter2');
    expect(redact(text)).toContain('******');
  });

  it.each([
    ['https://user:hunter2@pacs.example/wado'],
    ['https://user:hunter2@x@pacs.example/wado'],
    ['jdbc:postgresql://db/pacs?user=u&password=hunter2&ssl=true'],
    ['jdbc:sqlserver://db:1433;user=sa;password=hunter2;encrypt=true'],
    ['jdbc:oracle:thin:scott/hunter2@//db:1521/orcl'],
    ['jdbc:mysql://u:hunter2@db/pacs'],
    ['https://pacs.example/?access_token=hunter2'],
    ['Server=x;Pwd = hunter2;'],
  ])('%s is shown without', (text) => {
    expect(redact(text)).not.toContain('hunter2');
    expect(redact(text)).toContain('******');
    expect(quote(text)).not.toContain('hunter2');
  });

  it('leaves other texts alone', () => {
    const text = 'jdbc:postgresql://db.example:5432/pacs?currentSchema=a';
    expect(redact(text)).toBe(text);
  });

  it('shows a value on one line, and not too much of it', () => {
    expect(quote('a\nb')).toBe('"a\\nb"');
    expect(quote('x'.repeat(1000)).length).toBeLessThan(100);
  });
});
