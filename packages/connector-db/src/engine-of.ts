import { type DatabaseAddress } from './jdbc/index.js';
import { type Credentials, type Engine, type Timeouts } from './engines/engine.js';
import { MssqlEngine } from './engines/mssql/engine.js';
import { MysqlEngine } from './engines/mysql/engine.js';
import { OracleEngine } from './engines/oracle/engine.js';
import { PostgresqlEngine } from './engines/postgresql/engine.js';
import { SqliteEngine } from './engines/sqlite/engine.js';

/** Returns the engine for the database of `address`. It does not load or open anything yet. */
export function engineOf(address: DatabaseAddress, credentials: Credentials, timeouts: Timeouts): Engine {
  switch (address.engine) {
    case 'postgresql':
      return new PostgresqlEngine(address, credentials, timeouts) as Engine;
    case 'mysql':
      return new MysqlEngine(address, credentials, timeouts) as Engine;
    case 'oracle':
      return new OracleEngine(address, credentials, timeouts) as Engine;
    case 'mssql':
      return new MssqlEngine(address, credentials, timeouts) as Engine;
    case 'sqlite':
      return new SqliteEngine(address, timeouts) as Engine;
  }
}
