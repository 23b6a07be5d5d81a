import { expect, it } from '@jest/globals';
import { parseRedisUrl } from './redis-connection.js';

it('reads every form of the URL', () => {
  expect(parseRedisUrl('redis://h')).toMatchObject({
    kind: 'standalone',
    tls: false,
    nodes: [{ host: 'h', port: 6379 }],
  });
  expect(parseRedisUrl('rediss://u:p%40w@[::1]:7000/2')).toMatchObject({
    tls: true,
    nodes: [{ host: '::1', port: 7000 }],
    username: 'u',
    password: 'p@w',
    db: 2,
  });
  expect(parseRedisUrl('redis://secret@h')).toMatchObject({ username: undefined, password: 'secret' });
  expect(parseRedisUrl('redis-sentinel://a,b:1/main/3')).toMatchObject({
    kind: 'sentinel',
    masterName: 'main',
    db: 3,
    nodes: [
      { host: 'a', port: 26379 },
      { host: 'b', port: 1 },
    ],
  });
  expect(parseRedisUrl('rediss-cluster://a:1,b:2')).toMatchObject({
    kind: 'cluster',
    tls: true,
    nodes: [
      { host: 'a', port: 1 },
      { host: 'b', port: 2 },
    ],
  });
});

it('says what is wrong, without the password', () => {
  expect(() => parseRedisUrl('http://h')).toThrow(/not a Redis URL/);
  expect(() => parseRedisUrl('redis://a,b')).toThrow(/several hosts/);
  expect(() => parseRedisUrl('redis-sentinel://a')).toThrow(/no master name/);
  expect(() => parseRedisUrl('redis://:topsecret@h/x')).toThrow(/ends in \/x/);
  for (const url of ['redis://:topsecret@h/x', 'redis://:topsecret@a,b', 'redis://:topsecret@h:x']) {
    expect(() => parseRedisUrl(url)).not.toThrow(/topsecret/);
  }
});
