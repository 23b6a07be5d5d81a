import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { type DatabaseServer, manageDatabase } from './database-server.js';
import { freePort, giveToUnprivileged, run, startServer, temporaryFolder, UNPRIVILEGED } from './process.js';

/**
 * Starts a separate MariaDB: utf8mb4, on 127.0.0.1 with a password, without fsync.
 *
 * @param settings further settings of my.cnf, for example `{ max_connections: '20' }`.
 */
export async function startMariadb(settings: Record<string, string> = {}): Promise<DatabaseServer> {
  const [folder, port] = [await temporaryFolder('mariadb'), await freePort()];
  const [user, password, database, host] = ['archive', 'archive-secret', 'archive', '127.0.0.1'];
  const data = `${folder.path}/data`;
  const initFile = `${folder.path}/init.sql`;
  await writeFile(
    initFile,
    `CREATE DATABASE IF NOT EXISTS ${database};
CREATE USER IF NOT EXISTS '${user}'@'%' IDENTIFIED BY '${password}';
GRANT ALL PRIVILEGES ON *.* TO '${user}'@'%';
`,
  );
  await giveToUnprivileged(folder.path);
  await giveToUnprivileged(initFile);
  await run('mariadb-install-db', [
    '--no-defaults',
    `--datadir=${data}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    '--innodb-log-file-size=8M',
    ...(UNPRIVILEGED ? ['--user=nobody'] : []),
  ]);
  const options = Object.entries({
    datadir: data,
    socket: `${folder.path}/socket`,
    'pid-file': `${folder.path}/pid`,
    'init-file': initFile,
    'bind-address': host,
    port: String(port),
    'character-set-server': 'utf8mb4',
    'innodb-log-file-size': '8M',
    'innodb-buffer-pool-size': '32M',
    // The server passes data to the operating system at each commit, so data survives a crash of the server.
    'innodb-flush-log-at-trx-commit': '2',
    'innodb-doublewrite': '0',
    'sync-binlog': '0',
    ...settings,
  }).map(([name, value]) => `--${name}=${value}`);

  const client = (sql: string) =>
    run(
      'mariadb',
      [
        '--no-defaults',
        '-h',
        host,
        '-P',
        String(port),
        '-u',
        user,
        '--default-character-set=utf8mb4',
        '-N',
        '-B',
        database,
      ],
      { env: { ...process.env, MYSQL_PWD: password }, input: sql },
    );
  return manageDatabase(
    { host, port, user, password, database, jdbcUrl: `jdbc:mariadb://${host}:${port}/${database}`, execute: client },
    () =>
      startServer({
        command: existsSync('/usr/sbin/mariadbd') ? '/usr/sbin/mariadbd' : 'mariadbd',
        args: ['--no-defaults', ...options],
        cwd: folder.path,
        unprivileged: true,
        ready: () => client('select 1').then((answer) => answer.trim() === '1'),
      }),
    'SIGKILL',
    () => folder.remove(),
  );
}
