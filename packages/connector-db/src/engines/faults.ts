import { type ConnectorErrorKind, type ErrorCode } from '@pacs-connectors/connector-core';
import { codes } from '../errors/error-codes.js';
import { UnreadableAnswerError } from './guarded-reader.js';
import { UnusableSettingError } from '../errors/unusable-setting-error.js';

/** What went wrong with a database. It contains no value that was searched for. */
export interface DatabaseFault {
  kind: ConnectorErrorKind;
  code: ErrorCode;
  message: string;
  /** What an operator does about it. */
  remedy: string;
}

const CHECK_SERVER = 'Check that the database runs and can be reached from this machine.';
const CHECK_LOG = 'Check the log of the database.';

/**
 * Each fault that several databases have, with its code and what an operator does about it. `what` is one clause: the words of
 * the database if they contain no value that was searched for.
 */
export const faults = {
  unreachable: (what = 'no connection was made in time', remedy = CHECK_SERVER): DatabaseFault => ({
    kind: 'unavailable',
    code: codes['db.server.unreachable'],
    message: what,
    remedy,
  }),
  connectionLost: (what = 'the connection was lost'): DatabaseFault => ({
    kind: 'unavailable',
    code: codes['db.connection.lost'],
    message: what,
    remedy: CHECK_SERVER,
  }),
  unavailable: (what: string): DatabaseFault => ({
    kind: 'unavailable',
    code: codes['db.server.unavailable'],
    message: what,
    remedy: CHECK_LOG,
  }),
  statementTimeout: (what = 'the statement took longer than its time-out'): DatabaseFault => ({
    kind: 'timeout',
    code: codes['db.statement.timeout'],
    message: what,
    remedy: 'Create an index on the columns of the *-column keys, or check whether the database is overloaded.',
  }),
  conflict: (what: string): DatabaseFault => ({
    kind: 'unavailable',
    code: codes['db.statement.conflict'],
    message: what,
    remedy: 'Search again.',
  }),
  loginRefused: (what: string, remedy = 'Check user and password.'): DatabaseFault => ({
    kind: 'refused',
    code: codes['db.login.refused'],
    message: what,
    remedy,
  }),
  loginUnsupported: (method: string, remedy: string): DatabaseFault => ({
    kind: 'misconfigured',
    code: codes['db.login.unsupported'],
    message: `the server requires a login by ${method}, which this connector does not support`,
    remedy,
  }),
  poolerRefused: (what: string, remedy: string): DatabaseFault => ({
    kind: 'misconfigured',
    code: codes['db.pooler.refused'],
    message: what,
    remedy,
  }),
  permissionDenied: (what: string): DatabaseFault => ({
    kind: 'refused',
    code: codes['db.permission.denied'],
    message: what,
    remedy: 'Grant the user of the connector the permission to read these tables.',
  }),
  databaseUnknown: (what: string, remedy = 'Correct the name of the database in the JDBC URL.'): DatabaseFault => ({
    kind: 'misconfigured',
    code: codes['db.database.unknown'],
    message: what,
    remedy,
  }),
  tls: (what: string): DatabaseFault => ({
    kind: 'misconfigured',
    code: codes['db.tls.failed'],
    message: `no TLS connection: ${what}`,
    remedy:
      'Name the certificate authority of the database in the JDBC URL, and check whether the database offers TLS.',
  }),
  selectRejected: (
    what: string,
    remedy = 'Correct query.select or the *-column that the message names.',
  ): DatabaseFault => ({ kind: 'misconfigured', code: codes['db.select.rejected'], message: what, remedy }),
  selectWrites: (what = 'the select writes'): DatabaseFault => ({
    kind: 'misconfigured',
    code: codes['db.select.writes'],
    message: what,
    remedy: 'Use a select that only reads.',
  }),
  notConverted: (what: string): DatabaseFault => ({
    kind: 'misconfigured',
    code: codes['db.select.value-not-converted'],
    message: what,
    remedy: 'Compare columns of text, or cast the column to text in its *-column.',
  }),
  unreadable: (what: string): DatabaseFault => ({
    kind: 'protocol',
    code: codes['db.server.answer-unreadable'],
    message: `the server sent an answer that its driver cannot read: ${what}`,
    remedy:
      'Check that the JDBC URL names a database server of this kind, and that nothing between changes its answers.',
  }),
  failed: (what: string, remedy = CHECK_LOG): DatabaseFault => ({
    kind: 'protocol',
    code: codes['db.server.failed'],
    message: what,
    remedy,
  }),
};

const NETWORK_FAULTS: Record<string, () => DatabaseFault> = {
  ECONNREFUSED: () => faults.unreachable('nothing listens on that port'),
  ENOTFOUND: () => faults.unreachable('the host name is unknown'),
  EAI_AGAIN: () => faults.unreachable('the host name cannot be resolved now'),
  EHOSTUNREACH: () => faults.unreachable('there is no route to the host'),
  ENETUNREACH: () => faults.unreachable('there is no route to the network'),
  ETIMEDOUT: () => faults.unreachable(),
  ECONNRESET: () => faults.connectionLost(),
  EPIPE: () => faults.connectionLost(),
  ECONNABORTED: () => faults.connectionLost(),
  PROTOCOL_CONNECTION_LOST: () => faults.connectionLost(),
};

/** Returns the meaning of an error of sockets or TLS, whichever driver reports it; `undefined` for other errors. */
export function networkFault(error: unknown): DatabaseFault | undefined {
  // If several addresses were tried, the error of the last one counts.
  const cause = error instanceof AggregateError && error.errors.length > 0 ? (error.errors.at(-1) as unknown) : error;
  const { code = '', message } = (cause ?? {}) as NodeJS.ErrnoException;
  if (cause instanceof UnreadableAnswerError) return faults.unreadable(message);
  if (Object.hasOwn(NETWORK_FAULTS, code)) return NETWORK_FAULTS[code]?.();
  const isTls = /^ERR_(TLS|SSL)_|CERT|SELF_SIGNED|^UNABLE_TO_/.test(code) || code === 'EPROTO';
  return isTls ? faults.tls(message) : undefined;
}

/** Returns the error of a server that is older than `oldest`. */
export function serverTooOld(oldest: string): UnusableSettingError {
  return new UnusableSettingError(
    codes['db.server.too-old'],
    'the version of the server is too old',
    `Use ${oldest} or later.`,
  );
}
