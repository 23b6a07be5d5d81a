import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

export interface OpenIdOptions {
  clientId: string;
  clientSecret: string;
  /** Life of a token, seconds; 600 unless told. */
  lifetime?: number;
  /** How its clients authenticate; `client_secret_basic` unless told. */
  clientAuthentication?: 'client_secret_basic' | 'client_secret_post';
  /** Scopes that the client may ask for, a blank between them. */
  scope?: string;
  /** Scopes that the provider knows and the client may not have. */
  otherScopes?: string[];
}

export interface RunningOpenId {
  /** The issuer, `http://127.0.0.1:port`. */
  issuer: string;
  tokenUri: string;
  /** Paths asked for so far. */
  requests(): string[];
  /** Whether `token` was issued here and is still good. */
  accepts(token: string): Promise<boolean>;
  /** What the provider's introspection (RFC 7662) says of `token`. */
  introspect(token: string): Promise<{ active: boolean; scope?: string; exp?: number; client_id?: string }>;
  stop(): Promise<void>;
}

/** What is used of `oidc-provider`, which brings no types. */
interface Provider {
  callback(): (request: IncomingMessage, response: ServerResponse) => void;
  ClientCredentials: { find(token: string): Promise<{ isValid: boolean } | undefined> };
}
type ProviderClass = new (issuer: string, configuration: object) => Provider;

/** Starts an OpenID provider (npm's `oidc-provider`) that grants client credentials, in this process. */
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
    // Both are what the provider would make itself, with a warning each.
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
      if (!response.ok) throw new Error(`introspection answered ${response.status}: ${await response.text()}`);
      return (await response.json()) as { active: boolean };
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Keeps the provider's tokens; each knows itself when it ends. */
function inMemory() {
  const kept = new Map<string, unknown>();
  return (model: string) => ({
    upsert: (id: string, payload: unknown) => Promise.resolve(void kept.set(`${model} ${id}`, payload)),
    find: (id: string) => Promise.resolve(kept.get(`${model} ${id}`)),
  });
}
