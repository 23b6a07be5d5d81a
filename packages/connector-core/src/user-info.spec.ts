import { expect, it } from '@jest/globals';
import { ConnectorError } from './index.js';
import { withoutUserInfo } from './user-info.js';

it.each([
  ['no http://reader:secret@host:1/path of it', 'no http://host:1/path of it'],
  ['https://token@host', 'https://host'],
  ['redis://:p@ss@a,b and jdbc:x://u:p%40@c', 'redis://a,b and jdbc:x://c'],
  ['http://host/a@b?c=d@e', 'http://host/a@b?c=d@e'],
])('%s', (text, expected) => expect(withoutUserInfo(text)).toBe(expected));

it.each(['://', '://a', '@', 'a'])('100 KB of %j take no time', (text) => {
  const begun = process.cpuUsage();
  withoutUserInfo(text.repeat(100_000 / text.length));
  expect(process.cpuUsage(begun).user / 1000).toBeLessThan(300);
});

it('no error of an archive contains it', () => {
  const error = new ConnectorError('a', 'unavailable', 'no answer of http://u:secret@h/x', {
    remedy: 'Check http://u:secret@h/x',
  });
  expect(`${error.message} ${error.remedy}`).not.toContain('secret');
});
