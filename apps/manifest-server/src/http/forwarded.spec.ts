import { expect, it } from '@jest/globals';
import { parseForwarded } from './forwarded.js';

it('reads what each proxy says, quoted or not', () => {
  expect(parseForwarded('for=192.0.2.1;Host="a,b.example" , for="[2001:db8::1]:80";proto=https')).toEqual([
    { for: '192.0.2.1', host: 'a,b.example' },
    { for: '[2001:db8::1]:80', proto: 'https' },
  ]);
});

it.each(['a', '"a', 'a="b', 'a ', 'a=b;', '\\'])('does not take long over a header full of %j', (text) => {
  const begun = process.cpuUsage();
  parseForwarded(text + text.slice(-1).repeat(120_000));
  // By steps that grow with the square of it, six seconds and more.
  expect(process.cpuUsage(begun).user / 1000).toBeLessThan(2000);
});
