import { errorTable } from '@pacs-connectors/connector-core';

/** Why there is no access token. */
export const errors = errorTable({
  'oauth2.provider.misconfigured': {
    title: 'OAuth 2 provider not configured',
    meaning: 'The configuration has no address of the OAuth 2 provider, or the address is not a URL.',
    remedy: 'Set issuer-uri or token-uri of the provider in spring.security.oauth2.client.provider.',
    since: '0.2.0',
  },
  'oauth2.provider.unreachable': {
    title: 'OAuth 2 provider not reachable',
    meaning: 'No connection to the OAuth 2 provider could be made, or it was lost.',
    remedy: 'Check that the provider runs, and that issuer-uri or token-uri is right.',
    since: '0.2.0',
  },
  'oauth2.provider.certificate-untrusted': {
    title: 'Certificate of the OAuth 2 provider not trusted',
    meaning:
      'The certificate of the OAuth 2 provider has expired, is for another host, or comes from an unknown authority.',
    remedy: 'Add the provider’s certificate authority to truststore.url beside oauth2, or to NODE_EXTRA_CA_CERTS.',
    since: '0.2.0',
  },
  'oauth2.provider.silent': {
    title: 'No answer from the OAuth 2 provider',
    meaning: 'The OAuth 2 provider did not answer in time.',
    remedy: 'Check whether the provider is overloaded.',
    since: '0.2.0',
  },
  'oauth2.provider.failed': {
    title: 'OAuth 2 provider failed',
    meaning: 'The OAuth 2 provider answered with HTTP 429 or 5xx.',
    remedy: 'Read the log of the provider.',
    since: '0.2.0',
  },
  'oauth2.answer.invalid': {
    title: 'Not an answer of an OAuth 2 provider',
    meaning: 'The answer does not follow OAuth 2 (RFC 6749) or OpenID Connect Discovery, or it is too long.',
    remedy: 'Check that issuer-uri or token-uri is the address of an OAuth 2 provider.',
    since: '0.2.0',
  },
  'oauth2.token.refused': {
    title: 'Token refused',
    meaning: 'The OAuth 2 provider refused to issue a token for this client.',
    remedy: 'Check client-id, client-secret and scope, and that the client may use the grant client_credentials.',
    since: '0.2.0',
  },
});

export const { codes } = errors;
