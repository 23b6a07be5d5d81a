import { readFileSync } from 'node:fs';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { RedisStore } from './redis-store.js';
import { type Seal } from './seal.js';

export interface RedisSettings {
  /**
   * `cache.url`: `redis://[user:password@]host[:port][/db]`; `rediss://…` for TLS; several nodes separated by commas:
   * `redis-sentinel://host:26379,host:26379/master-name[/db]`, `redis-cluster://host:6379,host:6379` (each also with
   * `rediss-`).
   */
  url: string;
  /** Used instead of the password in the URL. */
  password?: string;
  /** PEM file of the authorities that may sign the server's certificate; default: those of Node.js. */
  caFile?: string;
}

/**
 * Connects to Redis. It reconnects by itself. Commands fail soon while there is no connection, so that callers need not wait.
 *
 * @throws Error that says what is wrong in the URL
 */
export function connectRedis(settings: RedisSettings, seal: Seal): RedisStore {
  const address = parseRedisUrl(settings.url);
  const connection: RedisOptions = {
    username: address.username,
    password: settings.password ?? address.password,
    db: address.db,
    connectTimeout: 2000,
    commandTimeout: 1000,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, 1000),
    ...(address.tls ? { tls: settings.caFile ? { ca: readFileSync(settings.caFile) } : {} } : {}),
  };
  const commands = openRedis(address, connection);
  const subscriber = openRedis(address, { ...connection, autoResubscribe: false, commandTimeout: undefined });
  // Without a listener, an error would end the process. The store listens to the other connection.
  subscriber.on('error', () => undefined);
  return new RedisStore(commands, subscriber, seal);
}

interface RedisAddress {
  kind: 'standalone' | 'sentinel' | 'cluster';
  tls: boolean;
  nodes: { host: string; port: number }[];
  masterName?: string;
  username?: string;
  password?: string;
  db?: number;
}

const SCHEME = /^(rediss?)(?:-(sentinel|cluster))?:\/\/(?:([^@/]*)@)?([^/?#]+)(?:\/([^?#]*))?$/;

/** @throws Error that names the wrong part, never the password */
export function parseRedisUrl(url: string): RedisAddress {
  const match = SCHEME.exec(url);
  if (!match)
    throw new Error(
      'cache.url is not a Redis URL; expected redis://host:port, rediss://…, redis-sentinel://host,host/master or redis-cluster://host,host',
    );
  const [, scheme, kind, credentials, hosts = '', path = ''] = match;
  const [username, password] = credentials === undefined ? [] : splitCredentials(credentials);
  const defaultPort = kind === 'sentinel' ? 26_379 : 6379;
  const nodes = hosts.split(',').map((node) => parseNode(node, defaultPort));
  if (kind === undefined && nodes.length > 1)
    throw new Error('cache.url contains several hosts; expected redis-sentinel:// or redis-cluster:// before them');
  const segments = path.split('/').filter((segment) => segment !== '');
  const masterName = kind === 'sentinel' ? segments.shift() : undefined;
  if (kind === 'sentinel' && masterName === undefined)
    throw new Error('cache.url contains no master name; expected redis-sentinel://host,host/master-name');
  const [db] = segments;
  if (db !== undefined && kind === 'cluster')
    throw new Error('cache.url contains a database number; a cluster has only one database');
  if (db !== undefined && !/^\d+$/.test(db)) throw new Error(`cache.url ends in /${db}; expected a database number`);
  return {
    kind: (kind as RedisAddress['kind'] | undefined) ?? 'standalone',
    tls: scheme === 'rediss',
    nodes,
    masterName,
    username: username || undefined,
    password: password || undefined,
    db: db === undefined ? undefined : Number(db),
  };
}

function splitCredentials(text: string): [string, string] {
  const colon = text.indexOf(':');
  const [user, password] = colon < 0 ? ['', text] : [text.slice(0, colon), text.slice(colon + 1)];
  return [decodeURIComponent(user), decodeURIComponent(password)];
}

function parseNode(text: string, defaultPort: number): { host: string; port: number } {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:[\]]+)(?::(\d+))?$/.exec(text.trim());
  if (!match?.[1]) throw new Error(`cache.url contains the host "${text}"; expected host or host:port`);
  return { host: match[1].replace(/^\[|\]$/g, ''), port: match[2] === undefined ? defaultPort : Number(match[2]) };
}

function openRedis({ kind, nodes, masterName }: RedisAddress, options: RedisOptions): Redis | Cluster {
  if (kind === 'cluster') {
    const { enableOfflineQueue, ...redisOptions } = options;
    return new Cluster(nodes, {
      enableOfflineQueue,
      redisOptions,
      clusterRetryStrategy: options.retryStrategy as (attempt: number) => number,
    });
  }
  if (kind === 'sentinel') {
    return new Redis({
      ...options,
      sentinels: nodes,
      name: masterName,
      sentinelRetryStrategy: options.retryStrategy as (attempt: number) => number,
      ...(options.tls ? { sentinelTLS: options.tls, enableTLSForSentinelMode: true } : {}),
    });
  }
  return new Redis({ ...options, ...nodes[0] });
}
