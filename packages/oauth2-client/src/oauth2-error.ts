import { type ConnectorErrorKind, openFileLimit } from '@pacs-connectors/connector-core';

/** A token that could not be had. `message` names the provider's address and never holds a secret or a token. */
export class OAuth2Error extends Error {
  override readonly name = 'OAuth2Error';

  constructor(
    readonly kind: ConnectorErrorKind,
    message: string,
    /** What an operator does about it, one sentence. */
    readonly remedy: string,
    cause?: unknown,
  ) {
    super(message, { cause });
  }

  /** What openid-client or `fetch` threw, by its cause. */
  static from(provider: string, error: unknown): OAuth2Error {
    for (let one = error; one instanceof Error; one = one.cause) if (one instanceof OAuth2Error) return one;
    const limit = openFileLimit(error);
    if (limit) {
      const what = `the OAuth 2 provider ${provider} cannot be reached: ${limit.message}`;
      return new OAuth2Error('unavailable', what, limit.remedy, error);
    }
    const { code, status, message } = innermost(error);
    if (code === 'OAUTH_RESPONSE_BODY_ERROR' || code === 'OAUTH_WWW_AUTHENTICATE_CHALLENGE') {
      return new OAuth2Error(
        'refused',
        `the OAuth 2 provider ${provider} refused a token: ${refusalOf(error)}${status ? ` (HTTP ${status})` : ''}`,
        'See that client-id, client-secret and scope are those of a client that may use the grant client_credentials there.',
        error,
      );
    }
    if (code === 'OAUTH_TIMEOUT' || code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
      return new OAuth2Error(
        'timeout',
        `the OAuth 2 provider ${provider} does not answer`,
        'See whether it is overloaded.',
        error,
      );
    }
    if (code?.startsWith('OAUTH_')) {
      return new OAuth2Error(
        'protocol',
        `the OAuth 2 provider ${provider} did not answer as OAuth 2 tells: ${message}`,
        'See that issuer-uri or token-uri is the address of an OAuth 2 provider.',
        error,
      );
    }
    return new OAuth2Error(
      'unavailable',
      `the OAuth 2 provider ${provider} cannot be reached: ${code ?? message}`,
      /CERT|SIGNATURE|ISSUER/.test(code ?? '')
        ? 'Name the authority of its certificate in truststore.url beside the oauth2 that names it, or for all in NODE_EXTRA_CA_CERTS.'
        : 'See that issuer-uri or token-uri is right, and that the provider runs.',
      error,
    );
  }
}

/** What the provider said was wrong (RFC 6749 5.2), in the body or in the challenge (RFC 6750 3). */
function refusalOf(error: unknown): string {
  const { error: code, cause } = error as { error?: string; cause?: unknown };
  const challenge = Array.isArray(cause) ? (cause[0] as { parameters?: Record<string, string> }) : undefined;
  return code ?? challenge?.parameters?.['error'] ?? 'it asks for other credentials';
}

/** The innermost error of a chain of causes: libraries wrap what the network said. An OAuth code ends the search. */
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
