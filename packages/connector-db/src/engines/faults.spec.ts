import { describe, expect, it } from '@jest/globals';
import { mssqlFault } from './mssql/faults.js';
import { mysqlFault } from './mysql/faults.js';
import { networkFault } from './faults.js';
import { oracleFault } from './oracle/faults.js';
import { postgresqlFault } from './postgresql/faults.js';
import { sqliteFault } from './sqlite/faults.js';

const error = (message: string, more: object = {}) => Object.assign(new Error(message), more);

describe('faults of sockets', () => {
  it.each([
    ['ECONNREFUSED', 'unavailable', 'db.server.unreachable'],
    ['ENOTFOUND', 'unavailable', 'db.server.unreachable'],
    ['EAI_AGAIN', 'unavailable', 'db.server.unreachable'],
    ['ECONNRESET', 'unavailable', 'db.connection.lost'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'misconfigured', 'db.tls.failed'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'misconfigured', 'db.tls.failed'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'misconfigured', 'db.tls.failed'],
  ])('%s: %s, %s', (reported, kind, code) => {
    expect(networkFault(error('x', { code: reported }))).toMatchObject({ kind, code, remedy: expect.any(String) });
  });

  it('are those of the last address tried', () => {
    const all = new AggregateError([error('a', { code: 'ENETUNREACH' }), error('b', { code: 'ECONNREFUSED' })]);
    expect(networkFault(all)).toMatchObject({ kind: 'unavailable', message: 'nothing listens on that port' });
  });

  it('are undefined for other errors', () => {
    expect(networkFault(new TypeError('x'))).toBeUndefined();
  });
});

describe('faults of PostgreSQL', () => {
  it.each([
    ['28P01', 'refused', 'db.login.refused'],
    ['28000', 'refused', 'db.login.refused'],
    ['42501', 'refused', 'db.permission.denied'],
    ['3D000', 'misconfigured', 'db.database.unknown'],
    ['42P01', 'misconfigured', 'db.select.rejected'],
    ['42703', 'misconfigured', 'db.select.rejected'],
    ['42601', 'misconfigured', 'db.select.rejected'],
    ['25006', 'misconfigured', 'db.select.writes'],
    ['22P02', 'misconfigured', 'db.select.value-not-converted'],
    ['57014', 'timeout', 'db.statement.timeout'],
    ['57P01', 'unavailable', 'db.server.unavailable'],
    ['57P03', 'unavailable', 'db.server.unavailable'],
    ['53300', 'unavailable', 'db.server.unavailable'],
    ['08006', 'unavailable', 'db.connection.lost'],
    ['40001', 'unavailable', 'db.statement.conflict'],
    ['XX000', 'protocol', 'db.server.failed'],
  ])('%s: %s, %s', (state, kind, code) => {
    expect(postgresqlFault(error('words of the server', { code: state }))).toMatchObject({
      kind,
      code,
      message: expect.stringContaining(state),
    });
  });

  it('contain no value', () => {
    const fault = postgresqlFault(error('invalid input syntax for type integer: "SECRET"', { code: '22P02' }));
    expect(JSON.stringify(fault)).not.toContain('SECRET');
    expect(JSON.stringify(postgresqlFault(error('row SECRET', { code: 'XX001' })))).not.toContain('SECRET');
  });

  it.each([
    'Connection terminated unexpectedly',
    'timeout expired',
    'Client has encountered a connection error and is not queryable',
  ])('%s: unavailable', (message) => {
    expect(postgresqlFault(error(message))).toMatchObject({ kind: 'unavailable' });
  });

  it('distinguishes a server without TLS from a wrong password', () => {
    expect(postgresqlFault(error('The server does not support SSL connections'))).toMatchObject({
      kind: 'misconfigured',
      code: 'db.tls.failed',
    });
    expect(postgresqlFault(error('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string'))).toMatchObject({
      kind: 'refused',
    });
  });
});

describe('faults of MySQL and MariaDB', () => {
  it.each([
    [1045, '28000', 'refused', 'db.login.refused'],
    [1142, '42000', 'refused', 'db.permission.denied'],
    [1049, '42000', 'misconfigured', 'db.database.unknown'],
    [1054, '42S22', 'misconfigured', 'db.select.rejected'],
    [1064, '42000', 'misconfigured', 'db.select.rejected'],
    [1146, '42S02', 'misconfigured', 'db.select.rejected'],
    [1792, '25006', 'misconfigured', 'db.select.writes'],
    [1969, '70100', 'timeout', 'db.statement.timeout'],
    [3024, 'HY000', 'timeout', 'db.statement.timeout'],
    [1040, '08004', 'unavailable', 'db.server.unavailable'],
    [1317, '70100', 'unavailable', 'db.server.unavailable'],
    [1242, '21000', 'protocol', 'db.server.failed'],
  ])('%i: %s %s, %s', (errno, sqlState, kind, code) => {
    expect(mysqlFault(error('words', { errno, sqlState }))).toMatchObject({ kind, code });
  });

  it('include those of its driver', () => {
    const closed = error('Connection lost: The server closed the connection.', { code: 'PROTOCOL_CONNECTION_LOST' });
    expect(mysqlFault(closed)).toMatchObject({ kind: 'unavailable' });
    expect(mysqlFault(error('no TLS', { code: 'HANDSHAKE_NO_SSL_SUPPORT' }))).toMatchObject({ kind: 'misconfigured' });
  });
});

describe('faults of Oracle', () => {
  it.each([
    ['ORA-01017: invalid username/password; logon denied', 'refused', 'db.login.refused'],
    ['ORA-00942: table or view does not exist', 'misconfigured', 'db.select.rejected'],
    ['ORA-00904: "P"."PATID": invalid identifier', 'misconfigured', 'db.select.rejected'],
    ['ORA-12514: service is not registered', 'misconfigured', 'db.database.unknown'],
    ['ORA-01456: may not perform insert in a READ ONLY transaction', 'misconfigured', 'db.select.writes'],
    ['ORA-01013: user requested cancel', 'timeout', 'db.statement.timeout'],
    ['NJS-123: call timeout of 100 ms exceeded', 'timeout', 'db.statement.timeout'],
    ['NJS-500: connection to the Oracle Database was broken', 'unavailable', 'db.connection.lost'],
    ['NJS-503: connection could not be established', 'unavailable', 'db.server.unreachable'],
    ['NJS-517: cannot connect, entry not found in tnsnames.ora', 'misconfigured', 'db.database.unknown'],
    ['ORA-03113: end-of-file on communication channel', 'unavailable', 'db.connection.lost'],
    ['ORA-00600: internal error', 'protocol', 'db.server.failed'],
  ])('%s: %s, %s', (message, kind, code) => {
    const reported = message.slice(0, message.indexOf(':'));
    expect(oracleFault(error(message, { code: reported }))).toMatchObject({ kind, code });
    expect(oracleFault(error(message))).toMatchObject({ kind, code });
  });
});

describe('faults of SQL Server', () => {
  it.each([
    [{ number: 18456 }, 'refused', 'db.login.refused'],
    [{ number: 229 }, 'refused', 'db.permission.denied'],
    [{ number: 4060 }, 'misconfigured', 'db.database.unknown'],
    [{ number: 207 }, 'misconfigured', 'db.select.rejected'],
    [{ number: 208 }, 'misconfigured', 'db.select.rejected'],
    [{ number: 245 }, 'misconfigured', 'db.select.value-not-converted'],
    [{ number: 1205 }, 'unavailable', 'db.statement.conflict'],
    [{ number: 823 }, 'protocol', 'db.server.failed'],
    [{ code: 'ELOGIN' }, 'refused', 'db.login.refused'],
    [{ code: 'ETIMEOUT' }, 'timeout', 'db.statement.timeout'],
    [{ code: 'ESOCKET' }, 'unavailable', 'db.connection.lost'],
    [{ code: 'EINSTLOOKUP' }, 'unavailable', 'db.server.unreachable'],
  ])('%p: %s, %s', (more, kind, code) => {
    expect(mssqlFault(error('words', more))).toMatchObject({ kind, code });
  });

  it('contain no value that could not be converted', () => {
    const fault = mssqlFault(
      error("Conversion failed when converting the varchar value 'SECRET' to int.", { number: 245 }),
    );
    expect(JSON.stringify(fault)).not.toContain('SECRET');
  });
});

describe('faults of SQLite', () => {
  it.each([
    [{ code: 'SQLITE_CANTOPEN' }, 'unavailable', 'db.sqlite-file.not-opened'],
    [{ code: 'SQLITE_BUSY' }, 'unavailable', 'db.sqlite-file.locked'],
    [{ code: 'SQLITE_NOTADB' }, 'misconfigured', 'db.sqlite-file.invalid'],
    [{ code: 'SQLITE_READONLY_DBMOVED' }, 'misconfigured', 'db.select.writes'],
    [{ code: 'SQLITE_ERROR' }, 'misconfigured', 'db.select.rejected'],
    [{ code: 'ETIME' }, 'timeout', 'db.statement.timeout'],
    [{ code: 'ECONNRESET' }, 'unavailable', 'db.sqlite-process.ended'],
    // As node:sqlite has them, with an extended code.
    [{ code: 'ERR_SQLITE_ERROR', errcode: 14 | (2 << 8) }, 'unavailable', 'db.sqlite-file.not-opened'],
    [{ code: 'ERR_SQLITE_ERROR', errcode: 26 }, 'misconfigured', 'db.sqlite-file.invalid'],
    [{ code: 'ERR_SQLITE_ERROR', errcode: 1 }, 'misconfigured', 'db.select.rejected'],
  ])('%p: %s, %s', (more, kind, code) => {
    expect(sqliteFault(error('words', more))).toMatchObject({ kind, code });
  });

  it('a locked file needs its program to stop, so searching again would not help', () => {
    for (const code of ['SQLITE_BUSY', 'SQLITE_LOCKED'])
      expect(sqliteFault(error('words', { code }))?.remedy).toBe('Stop that program, or configure a copy of the file.');
  });

  it('says how to install a driver', () => {
    expect(sqliteFault(error('x', { code: 'ERR_MODULE_NOT_FOUND' }))?.remedy).toContain('npm install better-sqlite3');
    expect(sqliteFault(error('Could not locate the bindings file.'))?.remedy).toContain('npm rebuild better-sqlite3');
  });
});
