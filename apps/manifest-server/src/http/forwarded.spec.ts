import { expect, it } from '@jest/globals';
import { parseForwarded } from './forwarded.js';

it('reads the element of each proxy, quoted or not', () => {
  expect(parseForwarded('for=192.0.2.1;Host="a,b.example" , for="[2001:db8::1]:80";proto=https')).toEqual([
    { for: '192.0.2.1', host: 'a,b.example' },
    { for: '[2001:db8::1]:80', proto: 'https' },
  ]);
});

it('reads a host with a port that a proxy did not quote', () => {
  expect(parseForwarded('for=192.0.2.1;host=pacs.example:8443;proto=https')).toEqual([
    { for: '192.0.2.1', host: 'pacs.example:8443', proto: 'https' },
  ]);
});

it.each(['"', 'a"b', ';;', 'host', ', ,'])('reads what a proxy appended to the malformed %j of its caller', (text) => {
  expect(parseForwarded(`${text}, for=192.0.2.1;host=pacs.example`).at(-1)).toEqual({
    for: '192.0.2.1',
    host: 'pacs.example',
  });
});

it.each(['a', '"a', 'a="b', 'a ', 'a=b;', '\\'])('reads a header full of %j in linear time', (text) => {
  const begun = process.cpuUsage();
  parseForwarded(text + text.slice(-1).repeat(120_000));
  // Quadratic time would be six seconds and more.
  expect(process.cpuUsage(begun).user / 1000).toBeLessThan(2000);
});
