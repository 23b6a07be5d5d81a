import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { type DatabaseServer, manageDatabase } from './database-server.js';
import { freePort, giveToUnprivileged, run, startServer, temporaryFolder } from './process.js';

/**
 * Starts a separate PostgreSQL: UTF-8, on 127.0.0.1 with a password, without fsync.
 *
 * @param settings further settings of postgresql.conf, for example `{ max_connections: '20' }`.
 */
export async function startPostgresql(settings: Record<string, string> = {}): Promise<DatabaseServer> {
  const [folder, port] = [await temporaryFolder('postgresql'), await freePort()];
  const [user, password, host] = ['archive', 'archive-secret', '127.0.0.1'];
  const data = `${folder.path}/data`;
  const passwordFile = `${folder.path}/password`;
  await writeFile(passwordFile, password);
  await giveToUnprivileged(folder.path);
  await giveToUnprivileged(passwordFile);
  await run(
    binary('initdb'),
    [
      '-D',
      data,
      '-U',
      user,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '-E',
      'UTF8',
      '--locale=C.UTF-8',
    ].concat(['--no-sync', '--no-instructions']),
    { unprivileged: true },
  );
  const options = Object.entries({
    listen_addresses: host,
    port: String(port),
    unix_socket_directories: '',
    fsync: 'off',
    full_page_writes: 'off',
    shared_buffers: '32MB',
    // Several servers run at the same time, and none may use the shared memory of another.
    dynamic_shared_memory_type: 'mmap',
    ...settings,
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

  const client = (sql: string) =>
    run(
      binary('psql'),
      ['-h', host, '-p', String(port), '-U', user, '-d', 'postgres', '-qAtX', '-v', 'ON_ERROR_STOP=1'],
      {
        env: { ...process.env, PGPASSWORD: password, PGCONNECT_TIMEOUT: '5' },
        input: sql,
      },
    );
  return manageDatabase(
    {
      host,
      port,
      user,
      password,
      database: 'postgres',
      jdbcUrl: `jdbc:postgresql://${host}:${port}/postgres`,
      execute: client,
    },
    () =>
      startServer({
        command: binary('postgres'),
        args: ['-D', data, ...options],
        cwd: folder.path,
        unprivileged: true,
        ready: () => client('select 1').then((answer) => answer.trim() === '1'),
        // Fast shutdown: does not wait for clients to leave.
        stopSignal: 'SIGINT',
      }),
    // Immediate shutdown also ends the child processes, which SIGKILL would leave behind.
    'SIGQUIT',
    () => folder.remove(),
  );
}

/** Returns the path of a program of PostgreSQL. Debian has a separate folder for each version; elsewhere it is on PATH. */
function binary(name: string): string {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const file = versions.map((version) => `${root}/${version}/bin/${name}`).find((path) => existsSync(path));
  return file ?? name;
}
