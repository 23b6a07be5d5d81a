import { type ErrorCode } from '@pacs-connectors/connector-core';
import { codes } from '../errors/error-codes.js';
import {
  type ConfigNode,
  find,
  type Found,
  isEmpty,
  joinKey,
  type MapNode,
  type ScalarNode,
  nameOf,
} from '../document/node.js';
import { kindOf, type SettingKind, type SettingOptions, type SettingsClass } from './setting.js';
import { quote } from '../values/redact.js';
import { type Resolved } from '../values/resolve.js';
import { joinServerUrl } from '../values/server-url.js';
import { type ReaderContext, report } from './context.js';
import { convertText, looksOctal, splitList } from './convert.js';
import { expectedOf } from './expected.js';

/** The value of a property with a reported problem. */
export const FAULTY = Symbol('faulty');

/** A text in the typographic quotes of a word processor, which YAML does not know. */
const TYPOGRAPHIC_QUOTES = /^[“”„«‹‘’‚].*[“”»›‘’]$/s;

/** Reads the values of one property of a settings class. */
export class ValueReader {
  readonly kind: SettingKind;

  constructor(
    private readonly type: SettingsClass,
    private readonly property: string,
    private readonly setting: SettingOptions,
    private readonly context: ReaderContext,
  ) {
    this.kind = kindOf(type, property, setting);
  }

  /** Returns the value; `undefined` if it is not set, {@link FAULTY} if a problem has been reported. */
  read(found: Found): unknown {
    const { node } = found;
    if (node.kind === 'invalid') return this.fault(found, node.found, node.expected, node.code);
    if (isEmpty(node) && !(this.setting.nullIsText && node.kind === 'scalar' && node.text === 'NULL')) {
      this.warnOfNull(found);
      return undefined;
    }
    if (this.kind === 'list') return this.readList(found);
    if (this.kind === 'map') return this.readMap(found);
    if (this.kind === 'url' && node.kind === 'map') return this.readUrl(found as Found<MapNode>);
    return this.readScalar(found);
  }

  /** Warns about a password that is YAML's `null`, because the text may be meant. */
  private warnOfNull({ node, key }: Found): void {
    if (!this.setting.secret || this.kind === 'map' || !isNull(node)) return;
    const expected = 'quotes, if this text is meant; the key counts as not set';
    const code = codes['configuration.value.ambiguous'];
    report(this.context, 'warning', { key, place: node.place }, { code, found: 'null without quotes', expected });
  }

  /** Returns a value as problems show it. */
  private show(node: ConfigNode, text: string, from?: string): string {
    if (this.setting.secret || this.context.encrypted.has(node)) return 'a value that is not shown';
    return from === undefined || node.kind !== 'scalar' ? quote(text) : `${quote(text)} (from ${quote(from)})`;
  }

  private readScalar(found: Found): unknown {
    const { node } = found;
    if (node.kind !== 'scalar') return this.fault(found, nameOf(node));
    const resolved = this.resolve(found, node);
    if ('found' in resolved) return this.fault(found, resolved.found, resolved.expected, resolved.code);
    const { text, from } = resolved;
    if (text === '') return undefined;
    if (node.plain && TYPOGRAPHIC_QUOTES.test(text)) {
      const expected = `straight ones (' or "); these are part of the value`;
      const quotes = {
        code: codes['configuration.value.ambiguous'],
        found: 'typographic quotes around the value',
        expected,
      };
      report(this.context, 'warning', { key: found.key, place: node.place }, quotes);
    }
    const value = convertText(text, this.kind, this.setting);
    if (value === undefined) return this.fault(found, this.show(node, text, from));
    if (this.kind === 'integer' && node.plain && looksOctal(text)) {
      const expected = `no leading zero: it is read as ${String(value)} here, and as an octal number by other programs`;
      const code = codes['configuration.value.ambiguous'];
      report(this.context, 'warning', { key: found.key, place: node.place }, { code, found: quote(text), expected });
    }
    return value;
  }

  private readList(found: Found): unknown {
    const { node } = found;
    if (node.kind === 'map') return this.fault(found, 'a map');
    const items = node.kind === 'list' ? node.items.filter((item) => !isEmpty(item)) : [node];
    const values: unknown[] = [];
    let faulty = false;
    for (const item of items) {
      const place = { ...found, node: item };
      if (item.kind !== 'scalar') {
        this.fault(place, nameOf(item));
        faulty = true;
        continue;
      }
      const resolved = this.resolve(found, item);
      if ('found' in resolved) {
        this.fault(place, resolved.found, resolved.expected, resolved.code);
        faulty = true;
        continue;
      }
      for (const text of node.kind === 'list' ? [resolved.text.trim()] : splitList(resolved.text)) {
        if (text === '') continue;
        const value = convertText(text, 'list', this.setting);
        if (value === undefined) {
          this.fault(place, this.show(item, text));
          faulty = true;
        } else if (!values.includes(value)) values.push(value);
      }
    }
    if (faulty) return FAULTY;
    return values.length === 0 ? undefined : values;
  }

  private readMap(found: Found): unknown {
    if (found.node.kind !== 'map') return this.fault(found, nameOf(found.node));
    const entries: [string, string][] = [];
    let faulty = false;
    const walk = (map: MapNode, prefix: string): void => {
      for (const [name, { value, keyPlace }] of map.entries) {
        const whole = joinKey(prefix, name);
        const inner: Found = { node: value, key: joinKey(found.key, whole), keyPlace };
        // The YAML reader has nested dotted names.
        if (value.kind === 'map') walk(value, whole);
        else {
          const text = value.kind === 'scalar' && isEmpty(value) ? undefined : this.readScalar(inner);
          if (text === undefined) continue;
          const fault = text === FAULTY ? undefined : this.setting.entryFault?.(whole, text as string);
          if (fault) this.fault(inner, fault.found, fault.expected);
          if (fault || text === FAULTY) faulty = true;
          else entries.push([whole, text as string]);
        }
      }
    };
    walk(found.node, '');
    if (faulty) return FAULTY;
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
  }

  private readUrl(found: Found<MapNode>): unknown {
    const [url, port, context] = ['url', 'port', 'context'].map((name) => {
      const part = find(found, name);
      if (!part || isEmpty(part.node)) return undefined;
      if (part.node.kind !== 'scalar') return this.fault(part, nameOf(part.node), 'a single value');
      const resolved = this.resolve(found, part.node);
      if ('found' in resolved) return this.fault(part, resolved.found, resolved.expected, resolved.code);
      if (name === 'port' && !isPort(resolved.text)) {
        return resolved.text === '' ? undefined : this.fault(part, quote(resolved.text), 'an integer from 1 to 65535');
      }
      return resolved.text === '' ? undefined : resolved.text;
    });
    if (url === FAULTY || port === FAULTY || context === FAULTY) return FAULTY;
    if (url === undefined) {
      return port === undefined && context === undefined
        ? undefined
        : this.fault(
            { ...found, key: joinKey(found.key, 'url') },
            'nothing',
            'a URL such as https://pacs.example',
            codes['configuration.key.missing'],
          );
    }
    const joined = joinServerUrl(url as string, port === undefined ? undefined : Number(port), context as string);
    return 'url' in joined ? joined.url : this.fault(found, joined.found, joined.expected, joined.code);
  }

  /** Returns the text of a scalar. If it is encrypted, the whole value that contains it is never shown. */
  private resolve(whole: Found, node: ScalarNode): Resolved {
    const resolved = this.context.resolver.resolve(node.text);
    if ('secret' in resolved && resolved.secret) this.context.encrypted.add(node).add(whole.node);
    return resolved;
  }

  private fault(
    { node, key }: Found,
    found: string,
    expected?: string,
    code: ErrorCode = codes['configuration.value.invalid'],
  ): typeof FAULTY {
    report(
      this.context,
      'error',
      { key, place: node.place },
      { code, found, expected: expected ?? expectedOf(this.type, this.property, this.setting) },
    );
    return FAULTY;
  }
}

function isNull(node: ConfigNode): boolean {
  return node.kind === 'scalar' && /^null$/i.test(node.text);
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= 65_535;
}
