import {
  type ConnectorErrorKind,
  type ErrorCode,
  networkFaultOf,
  openFileLimit,
  withoutUserInfo,
} from '@pacs-connectors/connector-core';
import { tlsFaultOf } from '@pacs-connectors/tls-stores';
import { codes } from './error-codes.js';

/** Says why there is no access token. `message` names the provider's address, and never contains a secret or a token. */
export class OAuth2Error extends Error {
  override readonly name = 'OAuth2Error';

  constructor(
    readonly kind: ConnectorErrorKind,
    readonly code: ErrorCode,
    message: string,
    /** What an operator does about it, one sentence. */
    readonly remedy: string,
    cause?: unknown,
  ) {
    super(withoutUserInfo(message), { cause });
  }

  /** Returns what openid-client or `fetch` threw as an OAuth2Error; an OAuth2Error among its causes is returned unchanged. */
  static from(provider: string, error: unknown): OAuth2Error {
    for (let one = error; one instanceof Error; one = one.cause) if (one instanceof OAuth2Error) return one;
    const limit = openFileLimit(error);
    if (limit) {
      const what = `the OAuth 2 provider ${provider} cannot be reached: ${limit.message}`;
      return new OAuth2Error('unavailable', limit.code, what, limit.remedy, error);
    }
    const { code, status, message } = innermost(error);
    if (code === 'OAUTH_RESPONSE_BODY_ERROR' || code === 'OAUTH_WWW_AUTHENTICATE_CHALLENGE') {
      return new OAuth2Error(
        'refused',
        codes['oauth2.token.refused'],
        `the OAuth 2 provider ${provider} refused a token: ${refusalOf(error)}${status ? ` (HTTP ${status})` : ''}`,
        'Check client-id, client-secret and scope, and that the client may use the grant client_credentials there.',
        error,
      );
    }
    if (code === 'OAUTH_TIMEOUT' || code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
      return new OAuth2Error(
        'timeout',
        codes['oauth2.provider.silent'],
        `the OAuth 2 provider ${provider} does not answer`,
        'Check whether the provider is overloaded.',
        error,
      );
    }
    if (code?.startsWith('OAUTH_')) {
      return new OAuth2Error(
        'protocol',
        codes['oauth2.answer.invalid'],
        `the answer of the OAuth 2 provider ${provider} does not follow OAuth 2: ${message}`,
        'Check that issuer-uri or token-uri is the address of an OAuth 2 provider.',
        error,
      );
    }
    const network = networkFaultOf(code ?? '');
    const tls = tlsFaultOf({ code, message });
    const reason = network?.message ?? tls?.message;
    const shown = code !== undefined && !reason?.includes(code) ? ` (${code})` : '';
    const what = `the OAuth 2 provider ${provider} cannot be reached: ${reason ? `${reason}${shown}` : (code ?? message)}`;
    const isOfCertificate = tls?.code.startsWith('tls.certificate.') === true;
    return new OAuth2Error(
      'unavailable',
      codes[isOfCertificate ? 'oauth2.provider.certificate-untrusted' : 'oauth2.provider.unreachable'],
      what,
      isOfCertificate
        ? "Add the provider's certificate authority to truststore.url beside oauth2, or for all providers to NODE_EXTRA_CA_CERTS."
        : 'Check that the provider runs, and that issuer-uri or token-uri is right.',
      error,
    );
  }
}

/** Returns the error code of the provider (RFC 6749 5.2), from the body or from the challenge (RFC 6750 3). */
function refusalOf(error: unknown): string {
  const { error: code, cause } = error as { error?: string; cause?: unknown };
  const challenge = Array.isArray(cause) ? (cause[0] as { parameters?: Record<string, string> }) : undefined;
  return code ?? challenge?.parameters?.['error'] ?? 'it requires other credentials';
}

/** Returns the innermost error of a chain of causes, since libraries wrap the network's error. An OAuth code ends the search. */
function innermost(error: unknown): { code?: string; status?: number; message: string } {
  const { code, status, message, cause } = error as {
    code?: string;
    status?: number;
    message?: string;
    cause?: object;
  };
  const wrapped = typeof cause === 'object' && cause !== null && 'message' in cause;
  if (code?.startsWith('OAUTH_') || !wrapped) return { code, status, message: message ?? String(error) };
  return innermost(cause);
}
