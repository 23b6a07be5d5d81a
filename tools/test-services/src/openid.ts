import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

export interface OpenIdOptions {
  clientId: string;
  clientSecret: string;
  /** Lifetime of a token, seconds; default: 600. */
  lifetime?: number;
  /** How its clients authenticate; default: `client_secret_basic`. */
  clientAuthentication?: 'client_secret_basic' | 'client_secret_post';
  /** Scopes that the client may request, separated by blanks. */
  scope?: string;
  /** Scopes that the provider knows but does not give to the client. */
  otherScopes?: string[];
}

export interface RunningOpenId {
  /** The issuer, `http://127.0.0.1:port`. */
  issuer: string;
  tokenUri: string;
  /** Requested paths so far. */
  requests(): string[];
  /** Returns whether this provider issued `token` and the token is still valid. */
  accepts(token: string): Promise<boolean>;
  /** Returns the provider's introspection (RFC 7662) of `token`. */
  introspect(token: string): Promise<{ active: boolean; scope?: string; exp?: number; client_id?: string }>;
  stop(): Promise<void>;
}

/** The part of `oidc-provider` that is used here; the package has no types. */
interface Provider {
  callback(): (request: IncomingMessage, response: ServerResponse) => void;
  ClientCredentials: { find(token: string): Promise<{ isValid: boolean } | undefined> };
}
type ProviderClass = new (issuer: string, configuration: object) => Provider;

/** Starts an OpenID provider (npm's `oidc-provider`) in this process. It grants client credentials. */
export async function startOpenId(options: OpenIdOptions): Promise<RunningOpenId> {
  const name = 'oidc-provider';
  const { default: OidcProvider } = (await import(name)) as { default: ProviderClass };
  const paths: string[] = [];
  let handle: ReturnType<Provider['callback']> = (_, response) => void response.writeHead(503).end();
  const server = createServer((request, response) => {
    paths.push(request.url ?? '');
    handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new OidcProvider(issuer, {
    clients: [
      {
        client_id: options.clientId,
        client_secret: options.clientSecret,
        token_endpoint_auth_method: options.clientAuthentication ?? 'client_secret_basic',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        ...(options.scope ? { scope: options.scope } : {}),
      },
    ],
    clientAuthMethods: [options.clientAuthentication ?? 'client_secret_basic'],
    scopes: [...(options.scope?.split(' ') ?? []), ...(options.otherScopes ?? [])],
    features: {
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      devInteractions: { enabled: false },
    },
    ttl: { ClientCredentials: options.lifetime ?? 600 },
    // The provider would make both itself, but with a warning for each.
    adapter: inMemory(),
    jwks: { keys: [generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })] },
  });
  handle = provider.callback();
  return {
    issuer,
    tokenUri: `${issuer}/token`,
    requests: () => [...paths],
    accepts: async (token) => (await provider.ClientCredentials.find(token))?.isValid ?? false,
    introspect: async (token) => {
      const { clientId, clientSecret } = options;
      const response = await fetch(`${issuer}/token/introspection`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
        body: new URLSearchParams({ token }),
      });
      if (!response.ok)
        throw new Error(`The provider answered introspection with ${response.status}: ${await response.text()}`);
      return (await response.json()) as { active: boolean };
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Stores the provider's tokens. It never removes one, because each contains its expiry. */
function inMemory() {
  const kept = new Map<string, unknown>();
  return (model: string) => ({
    upsert: (id: string, payload: unknown) => Promise.resolve(void kept.set(`${model} ${id}`, payload)),
    find: (id: string) => Promise.resolve(kept.get(`${model} ${id}`)),
  });
}
