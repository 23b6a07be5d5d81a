/**
 * Reads the parameters of one JDBC URL by name. A parameter that is never read is unknown and causes a warning. A wrong value is an
 * error that names its parameter.
 */
export class Parameters {
  private readonly values = new Map<string, { name: string; value: string }>();
  private readonly asked = new Set<string>();

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

  /** Marks parameters that change nothing here, such as those for caches and logs of a driver. */
  ignore(...names: string[]): void {
    for (const name of names) this.asked.add(this.key(name));
  }

  /** Returns a sentence for each parameter that was never read. It contains names only, because values may be secrets. */
  unknownWarnings(): string[] {
    return [...this.values]
      .filter(([key]) => !this.asked.has(key))
      .map(([, { name }]) => `The parameter ${name} of the ${this.url} URL is unknown and is ignored.`);
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
