import { SingleFlight } from '@pacs-connectors/connector-core';
import {
  allowInsecureRequests,
  type ClientAuth,
  clientCredentialsGrant,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  customFetch,
  type CustomFetch,
  discovery,
  None,
} from 'openid-client';
import { EnvHttpProxyAgent, fetch } from 'undici';
import { codes } from './error-codes.js';
import { OAuth2Error } from './oauth2-error.js';

export interface ClientCredentialsOptions {
  /** `issuer-uri`: the provider, whose `.well-known/openid-configuration` names the token endpoint. */
  issuerUri?: string;
  /** `token-uri`: the token endpoint itself, used instead of discovery. One of the two is required. */
  tokenUri?: string;
  clientId: string;
  clientSecret?: string;
  /** How the client authenticates (RFC 6749 2.3.1). Default: a method that the provider supports, Basic if it names none. */
  clientAuthentication?: 'client_secret_basic' | 'client_secret_post' | 'none';
  /** Scopes, separated by blanks. */
  scope?: string;
  /**
   * The least life that a returned token has left, milliseconds. If it exceeds nine tenths of the lifetime that the provider
   * gives, each caller would need a new token. So a token is then returned until half of its life.
   */
  minimumLifeMs?: number;
  /** Called once if {@link minimumLifeMs} cannot be kept, with the lifetime of the provider's tokens, milliseconds. */
  onShortLifetime?(lifetimeMs: number): void;
  /** Certificate authorities (PEM) that are trusted for the provider. Default: those of Node.js. */
  ca?: string[];
}

/** A token, and how long it is returned. */
export interface AccessToken {
  value: string;
  /** When the token is not returned any more (milliseconds since the epoch), because too little of its life is left. */
  staleAt: number;
}

/** The lifetime that is assumed if the provider does not state one, seconds. */
const UNKNOWN_LIFETIME = 300;
/** The longest answer of a provider that is read, bytes. */
const MOST_BYTES = 1024 * 1024;
/** A token is renewed this long before it expires, milliseconds, or at nine tenths of a short lifetime. */
const MARGIN = 30_000;

/**
 * Gets access tokens by the client credentials grant (RFC 6749 4.4), for one client at one provider.
 *
 * A token is kept until shortly before it expires. However many callers need a new one, the provider gets one request.
 */
export class ClientCredentials {
  /** The provider's address as messages show it. */
  readonly provider: string;
  private readonly flights = new SingleFlight<AccessToken>();
  /** Connections by the proxies of the environment (`HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`), or direct ones. */
  private readonly connections: EnvHttpProxyAgent;
  private configuration?: Configuration;
  private current?: AccessToken;
  private shortLifeReported = false;

  /** @throws OAuth2Error (`oauth2.provider.misconfigured`) if the provider's address is missing or not a URL. */
  constructor(private readonly options: ClientCredentialsOptions) {
    const address = options.tokenUri ?? options.issuerUri;
    if (!address) throw misconfigured('issuer-uri and token-uri are missing');
    if (!URL.canParse(address)) throw misconfigured(`${address} is not a URL`);
    const { origin, pathname } = new URL(address);
    this.provider = origin + pathname;
    const { ca } = options;
    this.connections = new EnvHttpProxyAgent(ca ? { connect: { ca }, requestTls: { ca }, proxyTls: { ca } } : {});
  }

  /**
   * Returns a token that is valid for a while.
   *
   * @throws OAuth2Error if the provider issues none; the reason of `signal` if that ends the wait.
   */
  async token(signal: AbortSignal): Promise<string> {
    return (await this.accessToken(signal)).value;
  }

  /** Returns a token, and until when it is returned. @throws as {@link token} */
  async accessToken(signal: AbortSignal): Promise<AccessToken> {
    signal.throwIfAborted();
    if (this.current && now() < this.current.staleAt) return this.current;
    return this.flights.run('token', signal, (wanted) => this.renew(wanted));
  }

  /** Reports that a server refused `token` (401): the next call of {@link token} gets a new one. */
  refused(token: string): void {
    if (this.current?.value === token) this.current = undefined;
  }

  private async renew(signal: AbortSignal): Promise<AccessToken> {
    try {
      this.configuration ??= await this.configure(signal);
      this.configuration[customFetch] = this.fetchUntil(signal);
      const asked = now();
      const answer = await clientCredentialsGrant(
        this.configuration,
        this.options.scope ? { scope: this.options.scope } : {},
      );
      const lifetime = (answer.expires_in ?? UNKNOWN_LIFETIME) * 1000;
      const staleAt = Math.floor(asked + lifetime - this.marginOf(lifetime));
      this.current = { value: answer.access_token, staleAt };
      return this.current;
    } catch (error) {
      throw OAuth2Error.from(this.provider, error);
    }
  }

  /** Returns how long before its end a token is renewed, milliseconds. */
  private marginOf(lifetime: number): number {
    const { minimumLifeMs = 0, onShortLifetime } = this.options;
    if (minimumLifeMs <= lifetime * 0.9) return Math.max(Math.min(MARGIN, lifetime / 10), minimumLifeMs);
    if (!this.shortLifeReported) onShortLifetime?.(lifetime);
    this.shortLifeReported = true;
    return lifetime / 2;
  }

  private async configure(signal: AbortSignal): Promise<Configuration> {
    const { issuerUri, tokenUri, clientId } = this.options;
    // Plain http is for a provider on this machine or in a closed network. An operator who writes it means it.
    const plain = (tokenUri ?? issuerUri)?.startsWith('http:');
    if (tokenUri) {
      const server = { issuer: issuerUri ?? new URL(tokenUri).origin, token_endpoint: tokenUri };
      const configuration = new Configuration(server, clientId, undefined, this.authentication([]));
      if (plain) allowInsecureRequests(configuration);
      return configuration;
    }
    const discovered = await discovery(new URL(issuerUri as string), clientId, undefined, None(), {
      [customFetch]: this.fetchUntil(signal),
      execute: plain ? [allowInsecureRequests] : [],
    });
    const server = discovered.serverMetadata();
    const methods = server.token_endpoint_auth_methods_supported ?? [];
    const configuration = new Configuration(server, clientId, undefined, this.authentication(methods));
    if (plain) allowInsecureRequests(configuration);
    return configuration;
  }

  private authentication(supported: readonly string[]): ClientAuth {
    const { clientAuthentication, clientSecret } = this.options;
    if (clientAuthentication === 'none' || clientSecret === undefined) return None();
    const post =
      clientAuthentication === 'client_secret_post' ||
      (clientAuthentication === undefined &&
        supported.includes('client_secret_post') &&
        !supported.includes('client_secret_basic'));
    return post ? ClientSecretPost(clientSecret) : ClientSecretBasic(clientSecret);
  }

  private fetchUntil(signal: AbortSignal): CustomFetch {
    return async (url, { body, headers, method, signal: own }) => {
      const form = body instanceof URLSearchParams ? body.toString() : undefined;
      const end = own ? AbortSignal.any([own, signal]) : signal;
      const request = {
        method,
        headers,
        body: form,
        signal: end,
        redirect: 'manual',
        dispatcher: this.connections,
      } as const;
      return limited(this.provider, (await fetch(url, request)) as unknown as Response);
    };
  }
}

/**
 * Returns the answer of a provider with a body that fails beyond {@link MOST_BYTES}.
 *
 * @throws OAuth2Error (`oauth2.provider.failed`) if its status is 429 or 5xx.
 */
function limited(provider: string, { body, status, headers }: Response): Response {
  if (status === 429 || status >= 500) {
    void body?.cancel().catch(() => undefined);
    const what = `the OAuth 2 provider ${provider} ${status === 429 ? 'received too many requests' : 'failed'} (HTTP ${status})`;
    throw new OAuth2Error('unavailable', codes['oauth2.provider.failed'], what, 'Read the log of the provider.');
  }
  if (!body) return new Response(null, { status, headers });
  let length = 0;
  const counted = body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        length += chunk.length;
        if (length <= MOST_BYTES) return controller.enqueue(chunk);
        const what = `the answer of the OAuth 2 provider ${provider} is longer than ${MOST_BYTES >> 20} MiB`;
        const remedy = 'Check that issuer-uri or token-uri is the address of an OAuth 2 provider.';
        throw new OAuth2Error('protocol', codes['oauth2.answer.invalid'], what, remedy);
      },
    }),
  );
  return new Response(counted, { status, headers });
}

/** Returns milliseconds since the epoch, from a clock that is never set back. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

function misconfigured(what: string): OAuth2Error {
  return new OAuth2Error(
    'misconfigured',
    codes['oauth2.provider.misconfigured'],
    `the OAuth 2 provider is not configured: ${what}`,
    'Set spring.security.oauth2.client.provider.<name>.issuer-uri or .token-uri.',
  );
}
