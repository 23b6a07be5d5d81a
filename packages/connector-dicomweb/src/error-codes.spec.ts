import { describe, expect, it } from '@jest/globals';
import { faultOf } from './http/faults.js';
import { statusErrorOf } from './http/status-error.js';
import { Notices } from './search/notices.js';

const ADDRESS = 'https://pacs.example/rs';

describe('the code of', () => {
  it.each([
    ['ENOTFOUND', 'connection.host-unknown'],
    ['EHOSTUNREACH', 'connection.no-route'],
    ['UND_ERR_CONNECT_TIMEOUT', 'connection.no-route'],
    ['EPIPE', 'connection.lost'],
    ['CERT_NOT_YET_VALID', 'certificate.invalid'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'certificate.untrusted'],
    ['UND_ERR_BODY_TIMEOUT', 'answer.stalled'],
    ['Z_DATA_ERROR', 'answer.cut-off'],
    ['HPE_INVALID_CONSTANT', 'answer.not-http'],
    ['ESOMETHING', 'connection.failed'],
  ])('%s is %s', (code, expected) => {
    const cause = Object.assign(new Error('fails'), { code });
    const error = faultOf('web', ADDRESS, new TypeError('fetch failed', { cause }));
    expect(error).toMatchObject({ code: `dicomweb.${expected}`, message: expect.stringContaining(ADDRESS) });
    expect(error.remedy).toMatch(/\.$/);
  });

  it.each([
    [401, 'the configured credentials', 'credentials.refused'],
    [401, 'the token of the caller', 'token.refused'],
    [302, undefined, 'answer.status-unknown'],
  ] as const)('status %d with %s is %s', (status, sent, expected) => {
    expect(statusErrorOf('web', ADDRESS, { status, sent })).toMatchObject({ code: `dicomweb.${expected}` });
  });
});

it('adds up the counts of one notice', () => {
  const notices = new Notices('web');
  notices.withoutUid();
  notices.withoutUid();
  notices.conflictingParents(1);
  notices.fewerThanCounted('series');
  notices.fewerThanCounted('instances');
  expect(notices.list().map(({ code }) => code)).toEqual([
    'dicomweb.result.without-uid',
    'dicomweb.result.conflicting-parents',
    'dicomweb.answer.incomplete',
    'dicomweb.answer.incomplete',
  ]);
  expect(notices.list()[0]?.description).toMatch(/^Archive web returned 2 results without a valid UID/);
  expect(notices.list()[1]?.description).toMatch(/lists 1 UID under/);
});
