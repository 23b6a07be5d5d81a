import { type Draft } from './draft.js';
import { fillIn } from './placeholders.js';
import { type PropertyLine } from './property-line.js';
import { type ServerMeaning } from './vocabulary.js';

/** Writes a property of the server as our keys. */
export function writeServerKey(draft: Draft, line: PropertyLine, all: readonly PropertyLine[]): void {
  if (line.meaning?.of !== 'server') return;
  const value = fillIn(line.value, (name) => all.find((other) => other.key === name && other !== line)?.value).trim();
  WRITERS[line.meaning.name](draft, value, line);
}

type Writer = (draft: Draft, value: string, line: PropertyLine) => void;

const WRITERS: Record<ServerMeaning, Writer> = {
  hosts: writeHosts,
  ids: (draft, value, line) => draft.put(['request', 'ids'], listOf(value), line),
  levels: (draft, value, line) => draft.put(['request', 'IID.level'], listOf(value).map(levelOf), line),
  encryption(draft, value, line) {
    draft.put(['cryptography', 'enabled'], true, line);
    draft.put(['cryptography', 'password'], value, line);
    line.note(
      'to decide',
      'callers must encrypt identifiers as this server reads them (docs/migration.md); otherwise remove cryptography',
    );
  },
  baseUrl(_draft, _value, line) {
    if (line.isOpen) line.note('not needed', 'each request contains the address; otherwise set server.public-url');
  },
  life(draft, value, line) {
    if (/^\d{1,9}$/.test(value)) draft.put(['cache', 'ttl'], `${value}ms`, line);
    else line.note('to decide', 'it is not a number of milliseconds; set cache.ttl');
  },
};

/** Writes who may call. If a host cannot be written, fewer callers are allowed, never more. */
function writeHosts(draft: Draft, value: string, line: PropertyLine): void {
  const all = listOf(value);
  if (all.includes('*')) return line.note('not needed', 'all callers are allowed, as without hosts.allow');
  const known = all.map(rangeOf);
  const allowed = known.filter((host) => host !== undefined);
  if (allowed.length < all.length)
    line.note(
      'to decide',
      `${all.length - allowed.length} of its ${all.length} hosts cannot be written; write addresses, CIDR ranges or host names`,
    );
  // An empty list would allow all callers.
  draft.put(['hosts', 'allow'], allowed.length > 0 ? allowed : ['127.0.0.1'], line);
}

/** Converts `10.1.*` to `10.1.0.0/16`; `undefined` if it is not an address, a range or a name. */
function rangeOf(host: string): string | undefined {
  const [numbers] = /^(\d{1,3}\.){1,3}(?=\*(\.\*)*$)/.exec(host) ?? [];
  if (numbers !== undefined) {
    const given = numbers.split('.').slice(0, -1);
    return `${[...given, '0', '0', '0'].slice(0, 4).join('.')}/${given.length * 8}`;
  }
  return /^[\w.:/-]+$/.test(host) && !/^[\d.]+-[\d.]+$/.test(host) ? host : undefined;
}

/** Converts `patientID` to `PATIENT`: an older spelling has the parameter instead of the level. */
function levelOf(name: string): string {
  return name.toUpperCase().replace(/^(PATIENT|STUDY)[-_.]?(?:ID|UID|INSTANCE[-_.]?UID)$/, '$1');
}

function listOf(text: string): string[] {
  return text.split(/[\s,;]+/).filter((item) => item !== '');
}
