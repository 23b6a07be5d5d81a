import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { type DatabaseServer } from './database-server.js';
import { startMariadb } from './mariadb.js';
import { startPostgresql } from './postgresql.js';

describe.each([
  ['PostgreSQL', startPostgresql],
  ['MariaDB', startMariadb],
])('%s', (_name, start) => {
  let server: DatabaseServer;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.stop());

  it('runs statements, in UTF-8', async () => {
    await server.execute("create table t (a varchar(20)); insert into t values ('Müller^Zoë');");
    expect((await server.execute('select a from t')).trim()).toBe('Müller^Zoë');
    await expect(server.execute('select * from nowhere')).rejects.toThrow('nowhere');
  });

  it('is ended and started again on the same port with the same data', async () => {
    const { pid } = server;
    await server.crash();
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    await expect(dial(server.port)).rejects.toThrow('ECONNREFUSED');
    await server.start();
    expect(server.pid).not.toBe(pid);
    expect((await server.execute('select count(*) from t')).trim()).toBe('1');
  });

  it('hangs and goes on', async () => {
    await server.pause();
    const answer = server.execute('select 1');
    const first = await Promise.race([answer, new Promise((resolve) => setTimeout(() => resolve('silence'), 500))]);
    expect(first).toBe('silence');
    await server.resume();
    expect((await answer).trim()).toBe('1');
  });
});

function dial(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve();
    });
    socket.on('error', reject);
  });
}
