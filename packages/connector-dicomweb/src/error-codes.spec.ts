import { describe, expect, it } from '@jest/globals';
import { faultOf, statusErrorOf } from '@pacs-connectors/wado-client';
import { QIDO_TEXTS } from './http/qido-texts.js';
import { Notices } from './search/notices.js';

const ADDRESS = 'https://pacs.example/rs';

describe('the code of', () => {
  it.each([
    ['ENOTFOUND', 'dicomweb.connection.host-unknown'],
    ['EHOSTUNREACH', 'dicomweb.connection.no-route'],
    ['UND_ERR_CONNECT_TIMEOUT', 'dicomweb.connection.no-route'],
    ['EPIPE', 'dicomweb.connection.lost'],
    ['CERT_NOT_YET_VALID', 'tls.certificate.not-yet-valid'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls.certificate.untrusted'],
    ['UND_ERR_BODY_TIMEOUT', 'dicomweb.answer.stalled'],
    ['Z_DATA_ERROR', 'dicomweb.answer.cut-off'],
    ['HPE_INVALID_CONSTANT', 'dicomweb.answer.not-http'],
    ['ESOMETHING', 'dicomweb.connection.failed'],
  ])('%s is %s', (code, expected) => {
    const cause = Object.assign(new Error('fails'), { code });
    const error = faultOf('web', ADDRESS, new TypeError('fetch failed', { cause }), QIDO_TEXTS);
    expect(error).toMatchObject({ code: expected, message: expect.stringContaining(ADDRESS) });
    expect(error.remedy).toMatch(/\.$/);
  });

  it.each([
    [401, 'the configured credentials', 'dicomweb.credentials.refused'],
    [401, 'the token of the caller', 'dicomweb.token.refused'],
    [302, undefined, 'dicomweb.answer.status-unknown'],
  ] as const)('status %d with %s is %s', (status, sent, expected) => {
    expect(statusErrorOf('web', ADDRESS, { status, sent }, QIDO_TEXTS)).toMatchObject({ code: expected });
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
