import { describe, expect, it } from '@jest/globals';
import { mssqlFault } from './mssql/faults.js';
import { mysqlFault } from './mysql/faults.js';
import { networkFault } from './faults.js';
import { oracleFault } from './oracle/faults.js';
import { postgresqlFault } from './postgresql/faults.js';
import { sqliteFault } from './sqlite/faults.js';

const error = (message: string, more: object = {}) => Object.assign(new Error(message), more);

describe('what errors of sockets mean', () => {
  it.each([
    ['ECONNREFUSED', 'unavailable'],
    ['ENOTFOUND', 'unavailable'],
    ['EAI_AGAIN', 'unavailable'],
    ['ECONNRESET', 'unavailable'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'misconfigured'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'misconfigured'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'misconfigured'],
  ])('%s: %s', (code, kind) => {
    expect(networkFault(error('x', { code }))).toMatchObject({ kind, remedy: expect.any(String) });
  });

  it('reads the last of several addresses tried', () => {
    const all = new AggregateError([error('a', { code: 'ENETUNREACH' }), error('b', { code: 'ECONNREFUSED' })]);
    expect(networkFault(all)).toMatchObject({ kind: 'unavailable', message: 'nothing listens there' });
  });

  it('knows nothing of other errors', () => {
    expect(networkFault(new TypeError('x'))).toBeUndefined();
  });
});

describe('what errors of PostgreSQL mean', () => {
  it.each([
    ['28P01', 'refused'],
    ['28000', 'refused'],
    ['42501', 'refused'],
    ['3D000', 'misconfigured'],
    ['42P01', 'misconfigured'],
    ['42703', 'misconfigured'],
    ['42601', 'misconfigured'],
    ['25006', 'misconfigured'],
    ['22P02', 'misconfigured'],
    ['57014', 'timeout'],
    ['57P01', 'unavailable'],
    ['57P03', 'unavailable'],
    ['53300', 'unavailable'],
    ['08006', 'unavailable'],
    ['40001', 'unavailable'],
    ['XX000', 'protocol'],
  ])('%s: %s', (code, kind) => {
    expect(postgresqlFault(error('words of the server', { code }))).toMatchObject({
      kind,
      message: expect.stringContaining(code),
    });
  });

  it('never passes on a value', () => {
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

  it('tells a server without TLS from a wrong password', () => {
    expect(postgresqlFault(error('The server does not support SSL connections'))).toMatchObject({
      kind: 'misconfigured',
    });
    expect(postgresqlFault(error('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string'))).toMatchObject({
      kind: 'refused',
    });
  });
});

describe('what errors of MySQL and MariaDB mean', () => {
  it.each([
    [1045, '28000', 'refused'],
    [1142, '42000', 'refused'],
    [1049, '42000', 'misconfigured'],
    [1054, '42S22', 'misconfigured'],
    [1064, '42000', 'misconfigured'],
    [1146, '42S02', 'misconfigured'],
    [1792, '25006', 'misconfigured'],
    [1969, '70100', 'timeout'],
    [3024, 'HY000', 'timeout'],
    [1040, '08004', 'unavailable'],
    [1317, '70100', 'unavailable'],
    [1242, '21000', 'protocol'],
  ])('%i: %s %s', (errno, sqlState, kind) => {
    expect(mysqlFault(error('words', { errno, sqlState }))).toMatchObject({ kind });
  });

  it('knows the words of its driver', () => {
    const closed = error('Connection lost: The server closed the connection.', { code: 'PROTOCOL_CONNECTION_LOST' });
    expect(mysqlFault(closed)).toMatchObject({ kind: 'unavailable' });
    expect(mysqlFault(error('no TLS', { code: 'HANDSHAKE_NO_SSL_SUPPORT' }))).toMatchObject({ kind: 'misconfigured' });
  });
});

describe('what errors of Oracle mean', () => {
  it.each([
    ['ORA-01017: invalid username/password; logon denied', 'refused'],
    ['ORA-00942: table or view does not exist', 'misconfigured'],
    ['ORA-00904: "P"."PATID": invalid identifier', 'misconfigured'],
    ['ORA-12514: service is not registered', 'misconfigured'],
    ['ORA-01456: may not perform insert in a READ ONLY transaction', 'misconfigured'],
    ['ORA-01013: user requested cancel', 'timeout'],
    ['NJS-123: call timeout of 100 ms exceeded', 'timeout'],
    ['NJS-500: connection to the Oracle Database was broken', 'unavailable'],
    ['NJS-503: connection could not be established', 'unavailable'],
    ['NJS-517: cannot connect, entry not found in tnsnames.ora', 'misconfigured'],
    ['ORA-03113: end-of-file on communication channel', 'unavailable'],
    ['ORA-00600: internal error', 'protocol'],
  ])('%s: %s', (message, kind) => {
    expect(oracleFault(error(message, { code: message.slice(0, message.indexOf(':')) }))).toMatchObject({ kind });
    expect(oracleFault(error(message))).toMatchObject({ kind });
  });
});

describe('what errors of SQL Server mean', () => {
  it.each([
    [{ number: 18456 }, 'refused'],
    [{ number: 229 }, 'refused'],
    [{ number: 4060 }, 'misconfigured'],
    [{ number: 207 }, 'misconfigured'],
    [{ number: 208 }, 'misconfigured'],
    [{ number: 245 }, 'misconfigured'],
    [{ number: 1205 }, 'unavailable'],
    [{ number: 823 }, 'protocol'],
    [{ code: 'ELOGIN' }, 'refused'],
    [{ code: 'ETIMEOUT' }, 'timeout'],
    [{ code: 'ESOCKET' }, 'unavailable'],
    [{ code: 'EINSTLOOKUP' }, 'unavailable'],
  ])('%p: %s', (more, kind) => {
    expect(mssqlFault(error('words', more))).toMatchObject({ kind });
  });

  it('never passes on a value that could not be converted', () => {
    const fault = mssqlFault(
      error("Conversion failed when converting the varchar value 'SECRET' to int.", { number: 245 }),
    );
    expect(JSON.stringify(fault)).not.toContain('SECRET');
  });
});

describe('what errors of SQLite mean', () => {
  it.each([
    [{ code: 'SQLITE_CANTOPEN' }, 'unavailable'],
    [{ code: 'SQLITE_BUSY' }, 'unavailable'],
    [{ code: 'SQLITE_NOTADB' }, 'misconfigured'],
    [{ code: 'SQLITE_READONLY_DBMOVED' }, 'misconfigured'],
    [{ code: 'SQLITE_ERROR' }, 'misconfigured'],
    [{ code: 'ETIME' }, 'timeout'],
    [{ code: 'ECONNRESET' }, 'unavailable'],
    // As node:sqlite has them, with an extended code.
    [{ code: 'ERR_SQLITE_ERROR', errcode: 14 | (2 << 8) }, 'unavailable'],
    [{ code: 'ERR_SQLITE_ERROR', errcode: 26 }, 'misconfigured'],
    [{ code: 'ERR_SQLITE_ERROR', errcode: 1 }, 'misconfigured'],
  ])('%p: %s', (more, kind) => {
    expect(sqliteFault(error('words', more))).toMatchObject({ kind });
  });

  it('a locked file is no use until its program stops: asking again would not help', () => {
    for (const code of ['SQLITE_BUSY', 'SQLITE_LOCKED'])
      expect(sqliteFault(error('words', { code }))?.remedy).toBe('Stop that program, or configure a copy of the file.');
  });

  it('says how a driver is had', () => {
    expect(sqliteFault(error('x', { code: 'ERR_MODULE_NOT_FOUND' }))?.remedy).toContain('npm install better-sqlite3');
    expect(sqliteFault(error('Could not locate the bindings file.'))?.remedy).toContain('npm rebuild better-sqlite3');
  });
});
