import { type DatabaseEngine } from '../jdbc/index.js';

/** The differences between the engines in reading SQL and in binding values to it. */
export interface Dialect {
  readonly engine: DatabaseEngine;
  /** A character after the first of a word. */
  readonly wordPart: RegExp;
  /** Block comments nest. */
  readonly nestedComments: boolean;
  /** A backslash escapes within '…'. (PostgreSQL: within E'…' alone.) */
  readonly backslashes: boolean;
  /** `[name]`; elsewhere brackets are array subscripts. */
  readonly bracketNames: boolean;
  /** `` `name` `` */
  readonly backtickNames: boolean;
  /** What the engine or its driver would read as a parameter of the site's own, which has no value. */
  readonly parameter: RegExp;
  /** `LIMIT` is a clause. */
  readonly limit: boolean;
  /** `{fn …}`, `{d '…'}`, which Java drivers translate, are understood by the server itself. */
  readonly braces: boolean;
  /** Longest IN list. */
  readonly maxInList: number;
  /** Most values in one statement. */
  readonly maxBindings: number;
  /** Returns SQL that converts `expression` to the text that the database shows. */
  textOf(expression: string): string;
  /** Returns the placeholder of the value at `index`, from 0. */
  placeholder(index: number): string;
}

/** `maxBindings` is the engine's documented limit of values in one statement. */
const DIALECTS: Record<DatabaseEngine, Dialect> = {
  postgresql: {
    engine: 'postgresql',
    wordPart: /[\w$\u0080-\uffff]/,
    nestedComments: true,
    backslashes: false,
    bracketNames: false,
    backtickNames: false,
    parameter: /\$\d/y,
    limit: true,
    braces: false,
    maxInList: Infinity,
    // Counted in 16 bits by the wire protocol (Bind).
    maxBindings: 65_535,
    textOf: (expression) => `cast(${expression} as text)`,
    placeholder: (index) => `$${index + 1}`,
  },
  mysql: {
    engine: 'mysql',
    wordPart: /[\w$\u0080-\uffff]/,
    nestedComments: false,
    backslashes: true,
    bracketNames: false,
    backtickNames: true,
    parameter: /\?/y,
    limit: true,
    braces: true,
    maxInList: Infinity,
    // Counted in 16 bits by COM_STMT_PREPARE.
    maxBindings: 65_535,
    textOf: (expression) => `cast(${expression} as char)`,
    placeholder: () => '?',
  },
  oracle: {
    engine: 'oracle',
    wordPart: /[\w$#\u0080-\uffff]/,
    nestedComments: false,
    backslashes: false,
    bracketNames: false,
    backtickNames: false,
    parameter: /:(?=[\w"$#])/y,
    limit: false,
    braces: false,
    // ORA-01795
    maxInList: 1000,
    maxBindings: 65_535,
    textOf: (expression) => `to_char(${expression})`,
    placeholder: (index) => `:${index + 1}`,
  },
  mssql: {
    engine: 'mssql',
    wordPart: /[\w$#@\u0080-\uffff]/,
    nestedComments: true,
    backslashes: false,
    bracketNames: true,
    backtickNames: false,
    parameter: /@(?=[\w$#])/y,
    limit: false,
    braces: true,
    maxInList: Infinity,
    // 2,100 parameters of sp_executesql, two of them for the statement and the list of its parameters.
    maxBindings: 2098,
    textOf: (expression) => `convert(nvarchar(4000), ${expression})`,
    placeholder: (index) => `@p${index}`,
  },
  sqlite: {
    engine: 'sqlite',
    wordPart: /[\w$\u0080-\uffff]/,
    nestedComments: false,
    backslashes: false,
    bracketNames: true,
    backtickNames: true,
    parameter: /\?|[:@$](?=[\w:$])/y,
    limit: true,
    braces: false,
    maxInList: Infinity,
    // default of SQLITE_MAX_VARIABLE_NUMBER
    maxBindings: 32_766,
    textOf: (expression) => `cast(${expression} as text)`,
    placeholder: () => '?',
  },
};

export function dialectOf(engine: DatabaseEngine): Dialect {
  return DIALECTS[engine];
}
