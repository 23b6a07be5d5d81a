import { describe, expect, it } from '@jest/globals';
import { manifestAddresses } from './index.js';
import { readLaunch } from './launch-address.js';

describe('the address', () => {
  it('is decoded once, cut at each $, and the text before the first is dropped', () => {
    const { commands } = readLaunch('weasis://?%24dicom%3Aget+-w+http%3A%2F%2Fa%2Fm%3Fkey%3D1%24dicom:close+--all');
    expect(commands).toEqual([
      { name: 'dicom:get', words: ['-w', 'http://a/m?key=1'] },
      { name: 'dicom:close', words: ['--all'] },
    ]);
  });

  it('opens nothing where it is not URL-encoded', () => {
    expect(() => readLaunch('weasis://$dicom:get -w "http://a/%"')).toThrow(URIError);
  });
});

describe('weasis:config', () => {
  it('is read from the first one; others fail', () => {
    const { config, failures } = readLaunch('weasis://$weasis:config pro="a b"$weasis:config pro="c d"');
    expect(config.pro).toEqual(['a b']);
    expect(failures).toEqual(['weasis:config: only the first one counts']);
  });

  it('takes several pro, and the keys that there are', () => {
    const { config, failures } = readLaunch(
      'weasis://$dicom:get -w x $weasis:config pro="a b" pro="c d" cdb="http://c" arg="one" auth=Bearer colour="red"',
    );
    expect(config).toEqual({ pro: ['a b', 'c d'], arg: ['one'], cdb: 'http://c', auth: 'Bearer' });
    expect(failures).toEqual(['weasis:config: unknown key colour']);
  });

  it('loses & and + of its values beside wcfg', () => {
    const { config } = readLaunch('weasis://$weasis:config wcfg="http://c/?a=1%26b=2" pro="a b%2Bc"');
    expect(config).toMatchObject({ wcfg: 'http://c/?a=1b=2', pro: ['a bc'] });
  });
});

describe('the command shell', () => {
  const words = (line: string) => readLaunch(`weasis://${encodeURIComponent(`$dicom:get ${line}`)}`).commands[0]?.words;

  it.each(['-w "http://a/?k=%20"', '-w http://a/?k=%20'])('fails on %% outside single quotes: %s', (line) => {
    expect(words(line)).toBeUndefined();
  });

  it('takes single quotes literally', () => {
    expect(words(`-w 'http://a/?k=%20"&b;c'`)).toEqual(['-w', 'http://a/?k=%20"&b;c']);
  });

  it.each([
    ['-w http://a/?k=1&part=2', ['-w', 'http://a/?k=1']],
    ['-w http://a/?k=1;part=2', ['-w', 'http://a/?k=1']],
    ['-w "http://a/?k=1&part=2"', ['-w', 'http://a/?k=1&part=2']],
  ])('is cut by & and ; outside quotes: %s', (line, expected) => {
    expect(words(line)).toEqual(expected);
  });

  it('fails on a quote without its end', () => {
    expect(words('-w "http://a')).toBeUndefined();
  });
});

it('returns the addresses of its manifests', () => {
  const launch = `weasis://$dicom:get -w "http://a/1" -r "http://a/2"$dicom:get -w 'http://a/3'`;
  expect(manifestAddresses(launch)).toEqual(['http://a/1', 'http://a/3']);
});
