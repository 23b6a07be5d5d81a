import { type ErrorCode, withCode } from '@pacs-connectors/connector-core';
import { type DatabaseTls } from './database-address.js';
import { codes } from '../errors/error-codes.js';
import { UnusableSettingError } from '../errors/unusable-setting-error.js';

const TLS_VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;

/** A parameter that only the Java driver obeys. */
export interface WithoutEffect {
  name: string;
  /** The values that ask for something; default: all but the empty one. */
  values?: RegExp;
  /** What happens instead, one sentence. */
  effect: string;
}

/** A parameter without which the connection would not be the one that the URL asks for. */
export interface Unsupported {
  name: string;
  /** The values that are not supported; default: all but the empty one. */
  values?: RegExp;
  /** What the parameter asks for, which is not supported. */
  asksFor: string;
  remedy: string;
  /** Default: `db.login.unsupported`. */
  code?: ErrorCode;
}

export const CLOUD_SQL: Unsupported = {
  name: 'socketFactory',
  values: /cloud\.(?:sql|alloydb)/i,
  asksFor: 'a connection by a Java library of Google Cloud',
  remedy: "Name the host and port of the Cloud SQL Auth Proxy, or the database's own address, in the JDBC URL.",
  code: codes['db.url.invalid'],
};

/**
 * Reads the parameters of one JDBC URL by name. A parameter that is never read is unknown and causes a warning. A wrong value is an
 * error that names its parameter.
 */
export class Parameters {
  private readonly values = new Map<string, { name: string; value: string }>();
  private readonly asked = new Set<string>();
  private readonly effects: string[] = [];

  /** @param url the kind of URL, for messages: `jdbc:postgresql` */
  constructor(
    private readonly url: string,
    /** Whether the driver ignores letter case in names; MySQL's and SQL Server's do. */
    private readonly anyCase: boolean,
  ) {}

  /** Sets a value. Of several, the first counts if `first` is set, otherwise the last; each driver has its own rule. */
  set(name: string, value: string, first = false): void {
    const key = this.key(name);
    if (!first || !this.values.has(key)) this.values.set(key, { name, value });
  }

  /** Returns the value of the first of `names` that is set and not empty. */
  text(...names: string[]): string | undefined {
    let found: string | undefined;
    for (const name of names) {
      this.asked.add(this.key(name));
      const value = this.values.get(this.key(name))?.value;
      if (found === undefined && value) found = value;
    }
    return found;
  }

  /** Returns a flag. The empty value (`?ssl`) counts as true if `emptyIsTrue`. */
  flag(name: string, emptyIsTrue = false): boolean | undefined {
    this.asked.add(this.key(name));
    const value = this.values.get(this.key(name))?.value.toLowerCase();
    if (value === undefined) return undefined;
    if (value === '') return emptyIsTrue ? true : undefined;
    if (['true', 'yes', 'on', '1'].includes(value)) return true;
    if (['false', 'no', 'off', '0'].includes(value)) return false;
    throw this.wrong(name, 'true or false');
  }

  /** Returns a duration in milliseconds; `undefined` for 0, which means "no limit". The URL's value is in units of `unit` ms. */
  duration(unit: 1 | 1000, ...names: string[]): number | undefined {
    const text = this.text(...names);
    if (text === undefined) return undefined;
    const name = names.find((each) => this.values.get(this.key(each))?.value) ?? '';
    if (!/^\d{1,9}$/.test(text)) {
      throw this.wrong(name, `a whole number of ${unit === 1 ? 'milliseconds' : 'seconds'}, 0 or more`);
    }
    return Number(text) === 0 ? undefined : Number(text) * unit;
  }

  /** Returns one of `choices` (keys in lower case); letter case is ignored. */
  choice<Value>(name: string, choices: Record<string, Value>): Value | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Object.hasOwn(choices, text.toLowerCase()) ? choices[text.toLowerCase()] : undefined;
    if (value === undefined) throw this.wrong(name, `one of ${Object.keys(choices).join(', ')}`);
    return value;
  }

  /** Returns the lowest and the highest of the TLS versions that a parameter lists (`TLSv1.2,TLSv1.3`). */
  tlsVersions(...names: string[]): Pick<DatabaseTls, 'minVersion' | 'maxVersion'> {
    const listed = this.text(...names)
      ?.split(/[\s,;]+/)
      .map((version) => version.toLowerCase().replace(/^tlsv1\.0$/, 'tlsv1'));
    if (!listed) return {};
    const known = TLS_VERSIONS.filter((version) => listed.includes(version.toLowerCase()));
    if (known.length === 0) throw this.wrong(names[0] ?? '', `one of ${TLS_VERSIONS.join(', ')}`);
    return { minVersion: known[0], maxVersion: known.at(-1) };
  }

  /** Returns `packetSize` of SQL Server in bytes. -1 and 0 leave it to the server. */
  packetSize(): number | undefined {
    const text = this.text('packetSize') ?? '0';
    if (text === '-1' || text === '0') return undefined;
    if (/^\d{3,5}$/.test(text) && Number(text) >= 512 && Number(text) <= 32_767) return Number(text);
    throw this.wrong('packetSize', '512 to 32767 bytes');
  }

  /** Marks parameters that ask for nothing that is missing here, such as those for caches and logs of a driver. */
  ignore(...names: string[]): void {
    for (const name of names) this.asked.add(this.key(name));
  }

  /** Adds a warning for each of these parameters that the URL sets. */
  warnWithoutEffect(parameters: readonly WithoutEffect[]): void {
    for (const { name, values = /./s, effect } of parameters) {
      if (values.test(this.text(name) ?? '')) {
        this.warn(`The parameter ${name} of the ${this.url} URL has no effect. ${effect}`);
      }
    }
  }

  /** Adds a warning about a part of the URL that has no effect. */
  warn(sentence: string): void {
    this.effects.push(withCode(sentence, codes['db.url.parameter-without-effect']));
  }

  /** @throws UnusableSettingError if the URL sets one of these parameters */
  requireSupported(parameters: readonly Unsupported[]): void {
    for (const { name, values = /./s, asksFor, remedy, code = codes['db.login.unsupported'] } of parameters) {
      if (!values.test(this.text(name) ?? '')) continue;
      const message = `The parameter ${name} of the ${this.url} URL asks for ${asksFor}, which is not supported.`;
      throw new UnusableSettingError(code, message, remedy);
    }
  }

  /**
   * Returns the warnings about parameters without effect, and about those that were never read. They contain names only, because
   * values may be secrets.
   */
  warnings(): string[] {
    const unknown = [...this.values]
      .filter(([key]) => !this.asked.has(key))
      .map(([, { name }]) => `The parameter ${name} of the ${this.url} URL is unknown and is ignored.`);
    return [...this.effects, ...unknown.map((sentence) => withCode(sentence, codes['db.url.parameter-unknown']))];
  }

  /** Returns the error for a wrong value of `name`. It does not contain the value, which could be a misplaced password. */
  wrong(name: string, expected: string): Error {
    return new Error(`The parameter ${name} of the ${this.url} URL has a wrong value. Expected: ${expected}.`);
  }

  private key(name: string): string {
    return this.anyCase ? name.toLowerCase() : name;
  }
}

/**
 * Splits `a=1&b=2` into `parameters`; `decode` is the driver's own way with percent signs.
 */
export function readQuery(query: string, parameters: Parameters, decode: (text: string) => string): void {
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decode(equals < 0 ? pair : pair.slice(0, equals)).trim();
    parameters.set(name, equals < 0 ? '' : decode(pair.slice(equals + 1)));
  }
}

/** Decodes text like Java's `URLDecoder`: percent signs, and `+` for a space. */
export function formDecoded(text: string, url: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new Error(`The ${url} URL contains a % that does not begin an escape. Write a percent sign as %25.`);
  }
}

/**
 * Reads `host`, `host:port`, `[::1]` or `[::1]:port`.
 *
 * @throws Error if it is not one of these
 */
export function readHost(text: string, defaultPort: number, url: string): { host: string; port: number } {
  const match = /^(?:\[([0-9A-Fa-f:.]+(?:%[\w.-]+)?)\]|([^:[\]/\\@\s]*))(?::(\d+))?$/.exec(text.trim());
  const port = match?.[3] === undefined ? defaultPort : Number(match[3]);
  if (!match || port < 1 || port > 65_535) {
    // The message does not contain the text: with a stray @ it would contain a password.
    throw new Error(
      `The ${url} URL names a host that cannot be read. Expected host:port, port 1 to 65535; an IPv6 address in brackets.`,
    );
  }
  return { host: match[1] ?? (match[2] || 'localhost'), port };
}

/** Returns the smaller of two numbers that may be missing. */
export function smaller(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}
