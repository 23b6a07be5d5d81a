import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, run, type RunningServer, startServer, temporaryFolder } from './process.js';
import { type RedisService, startRedis } from './redis.js';

/** Starts a Redis with TLS only. `caFile` contains the authority of its certificate for 127.0.0.1. */
export async function startTlsRedis(password: string): Promise<{ url: string; caFile: string; stop(): Promise<void> }> {
  const folder = await temporaryFolder('redis-tls');
  const [key, caFile] = [join(folder.path, 'key.pem'), join(folder.path, 'certificate.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  await run('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-keyout',
    key,
    '-out',
    caFile,
    ...subject,
  ]);
  const port = await freePort();
  const tls = [
    '--tls-cert-file',
    caFile,
    '--tls-key-file',
    key,
    '--tls-ca-cert-file',
    caFile,
    '--tls-auth-clients',
    'no',
  ];
  const cli = ['--tls', '--cacert', caFile, '-p', String(port), 'ping'];
  const server = await startServer({
    command: 'redis-server',
    args: [
      '--bind',
      '127.0.0.1',
      '--port',
      '0',
      '--tls-port',
      String(port),
      '--save',
      '',
      '--requirepass',
      password,
      ...tls,
    ],
    cwd: folder.path,
    ready: async () => (await run('redis-cli', cli)).length > 0,
  });
  const stop = async () => {
    await server.stop();
    await folder.remove();
  };
  return { url: `rediss://127.0.0.1:${port}`, caFile, stop };
}

/** Starts a master, its replica and a sentinel. If the master dies, the sentinel makes the replica the master. */
export async function startSentinelRedis(): Promise<{ url: string; master: RedisService; stop(): Promise<void> }> {
  const folder = await temporaryFolder('redis-sentinel');
  const master = await startRedis();
  const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(master.port)] });
  const port = await freePort();
  const file = join(folder.path, 'sentinel.conf');
  await writeFile(
    file,
    `port ${port}
bind 127.0.0.1
dir ${folder.path}
sentinel monitor main 127.0.0.1 ${master.port} 1
sentinel down-after-milliseconds main 1000
sentinel failover-timeout main 5000
`,
  );
  const sentinel = await startServer({
    command: 'redis-server',
    args: [file, '--sentinel'],
    ready: async () =>
      (await run('redis-cli', ['-p', String(port), 'sentinel', 'replicas', 'main'])).includes(String(replica.port)),
  });
  const stop = async () => {
    for (const server of [sentinel, replica, master] as RunningServer[]) await server.stop();
    await folder.remove();
  };
  return { url: `redis-sentinel://127.0.0.1:${port}/main`, master, stop };
}

/** Starts a cluster of three masters that share the slots. */
export async function startClusterRedis(): Promise<{ url: string; stop(): Promise<void> }> {
  const start = () => startRedis({ args: ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'] });
  const nodes = [await start(), await start(), await start()];
  const hosts = nodes.map(({ port }) => `127.0.0.1:${port}`);
  await run('redis-cli', ['--cluster', 'create', ...hosts, '--cluster-yes']);
  const formed = async ({ port }: RedisService) =>
    (await run('redis-cli', ['-p', String(port), 'cluster', 'info'])).includes('cluster_state:ok');
  for (const node of nodes)
    for (let tries = 0; !(await formed(node)); tries++) {
      if (tries > 300) throw new Error(`The Redis cluster of ${hosts.join(', ')} was not ready within 30 s.`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  const stop = async () => {
    for (const node of nodes) await node.stop();
  };
  return { url: `redis-cluster://${hosts.join(',')}`, stop };
}
