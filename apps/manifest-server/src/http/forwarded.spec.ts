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

it.each(['"', '\\"', '="\\', 'a="\\"', '"a"', ', ', 'for=";', 'a =', '" \\'])(
  'reads a header of 128 KB of %j in linear time, also after an open quote',
  (text) => {
    for (const before of ['', '"', 'for="', '"\\']) {
      const begun = process.cpuUsage();
      parseForwarded(before + text.repeat(131_072 / text.length));
      expect(process.cpuUsage(begun).user / 1000).toBeLessThan(1000);
    }
  },
);

it.each(['"', 'for="', 'for=1.2.3.4, a="', '"\\', 'x="\\"'])(
  '%j of a caller hides no quoted address of a proxy',
  (text) => {
    expect(parseForwarded(`${text}, for="[2001:db8::1]:80";proto=https`).at(-1)).toEqual({
      for: '[2001:db8::1]:80',
      proto: 'https',
    });
  },
);

it('reads escaped quotes, and keeps only what it knows', () => {
  expect(parseForwarded('host="a\\"b, c\\\\";by=_x;__proto__=y, FOR = "192.0.2.1"')).toEqual([
    { host: 'a"b, c\\' },
    { for: '192.0.2.1' },
  ]);
});
