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
import { Agent, fetch } from 'undici';
import { OAuth2Error } from './oauth2-error.js';

export interface ClientCredentialsOptions {
  /** `issuer-uri`: its `.well-known/openid-configuration` names the token endpoint. */
  issuerUri?: string;
  /** `token-uri`: the token endpoint itself; wins over discovery. One of the two is needed. */
  tokenUri?: string;
  clientId: string;
  clientSecret?: string;
  /** How the client shows who it is (RFC 6749 2.3.1). Not given: as the provider says it knows, Basic where it says nothing. */
  clientAuthentication?: 'client_secret_basic' | 'client_secret_post' | 'none';
  /** Scopes, a blank between them. */
  scope?: string;
  /**
   * Life that a token has left at least when it is handed out, milliseconds. More than nine tenths of what the provider gives
   * cannot be held, or it would be asked for each question: a token is handed out until half of its life then.
   */
  minimumLifeMs?: number;
  /** Told once where {@link minimumLifeMs} cannot be held, with the life of the provider's tokens, milliseconds. */
  onShortLife?(lifetimeMs: number): void;
  /** Certificates (PEM) that the provider is trusted by. Not given: those that Node.js comes with. */
  ca?: string[];
}

/** A token, and how long it is good. */
export interface AccessToken {
  value: string;
  /** When it has no longer the life left that is wanted, milliseconds since the epoch: it is not handed out again. */
  staleAt: number;
}

/** A provider that does not say how long its token lives is asked again after this time, seconds. */
const UNKNOWN_LIFETIME = 300;
/** Longest answer of a provider that is read, bytes. */
const MOST_BYTES = 1024 * 1024;
/** A token is renewed this long before it expires, milliseconds, or at nine tenths of a short life. */
const MARGIN = 30_000;

/**
 * Access tokens by the client credentials grant (RFC 6749 4.4), for one client at one provider.
 *
 * A token is kept until shortly before it expires. However many callers need a new one, the provider is asked once.
 */
export class ClientCredentials {
  /** The provider as messages name it. */
  readonly provider: string;
  private readonly flights = new SingleFlight<AccessToken>();
  /** Not set: Node.js's own, which may know of a proxy. */
  private readonly connections?: Agent;
  private configuration?: Configuration;
  private current?: AccessToken;
  private toldShortLife = false;

  /** @throws OAuth2Error (`misconfigured`) where no provider is named or its address is none. */
  constructor(private readonly options: ClientCredentialsOptions) {
    const address = options.tokenUri ?? options.issuerUri;
    if (!address) throw misconfigured('neither issuer-uri nor token-uri is given');
    if (!URL.canParse(address)) throw misconfigured(`${address} is not a URL`);
    const { origin, pathname } = new URL(address);
    this.provider = origin + pathname;
    if (options.ca) this.connections = new Agent({ connect: { ca: options.ca } });
  }

  /**
   * A token that is good for a while yet.
   *
   * @throws OAuth2Error where the provider gives none; the reason of `signal` where that ends the wait.
   */
  async token(signal: AbortSignal): Promise<string> {
    return (await this.accessToken(signal)).value;
  }

  /** {@link token} with the time that it is good for. */
  async accessToken(signal: AbortSignal): Promise<AccessToken> {
    signal.throwIfAborted();
    if (this.current && now() < this.current.staleAt) return this.current;
    return this.flights.run('token', signal, (wanted) => this.renew(wanted));
  }

  /** Tells that a server has refused `token` (401): it is not handed out again, a newer one is. */
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

  /** How long before its end a token is renewed, milliseconds. */
  private marginOf(lifetime: number): number {
    const { minimumLifeMs = 0, onShortLife } = this.options;
    if (minimumLifeMs <= lifetime * 0.9) return Math.max(Math.min(MARGIN, lifetime / 10), minimumLifeMs);
    if (!this.toldShortLife) onShortLife?.(lifetime);
    this.toldShortLife = true;
    return lifetime / 2;
  }

  private async configure(signal: AbortSignal): Promise<Configuration> {
    const { issuerUri, tokenUri, clientId } = this.options;
    // Plain http is for a provider on this machine or in a closed network; whoever writes such an address means it.
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
 * The answer of a provider, which fails where its body is longer than one can be.
 *
 * @throws OAuth2Error where the provider failed.
 */
function limited(provider: string, { body, status, headers }: Response): Response {
  if (status === 429 || status >= 500) {
    void body?.cancel().catch(() => undefined);
    const what = `the OAuth 2 provider ${provider} ${status === 429 ? 'is asked too much' : 'failed'} (HTTP ${status})`;
    throw new OAuth2Error('unavailable', what, 'See the log of the provider.');
  }
  if (!body) return new Response(null, { status, headers });
  let length = 0;
  const counted = body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        length += chunk.length;
        if (length <= MOST_BYTES) return controller.enqueue(chunk);
        const what = `the answer of the OAuth 2 provider ${provider} is longer than ${MOST_BYTES >> 20} MiB`;
        throw new OAuth2Error('protocol', what, 'See that issuer-uri or token-uri is its address.');
      },
    }),
  );
  return new Response(counted, { status, headers });
}

/** Milliseconds since the epoch, on a clock that nobody sets back. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

function misconfigured(what: string): OAuth2Error {
  return new OAuth2Error(
    'misconfigured',
    `the OAuth 2 provider is not configured: ${what}`,
    'Set spring.security.oauth2.client.provider.<name>.issuer-uri or .token-uri.',
  );
}
