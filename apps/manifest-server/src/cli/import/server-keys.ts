import { type Draft } from './draft.js';
import { fillIn } from './placeholders.js';
import { type PropertyLine } from './property-line.js';
import { type ServerMeaning } from './vocabulary.js';

/** Writes what a property of the server means here. */
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
      'callers have to encrypt identifiers as this server reads them (docs/migration.md), or take cryptography away',
    );
  },
  baseUrl(_draft, _value, line) {
    if (line.isOpen) line.note('not needed', 'the address is told by each request; else set server.public-url');
  },
  life(draft, value, line) {
    if (/^\d{1,9}$/.test(value)) draft.put(['cache', 'ttl'], `${value}ms`, line);
    else line.note('to decide', 'it is no number of milliseconds; see cache.ttl');
  },
};

/** Who may call. What cannot be written never opens the server to more callers. */
function writeHosts(draft: Draft, value: string, line: PropertyLine): void {
  const all = listOf(value);
  if (all.includes('*')) return line.note('not needed', 'everybody may call; so it is without hosts.allow');
  const known = all.map(rangeOf);
  const allowed = known.filter((host) => host !== undefined);
  if (allowed.length < all.length)
    line.note(
      'to decide',
      `${all.length - allowed.length} of its ${all.length} hosts cannot be written: addresses, CIDR ranges and host names can`,
    );
  // An empty list would let everybody in.
  draft.put(['hosts', 'allow'], allowed.length > 0 ? allowed : ['127.0.0.1'], line);
}

/** `10.1.*` → `10.1.0.0/16`; `undefined` where neither an address, a range nor a name is meant. */
function rangeOf(host: string): string | undefined {
  const [numbers] = /^(\d{1,3}\.){1,3}(?=\*(\.\*)*$)/.exec(host) ?? [];
  if (numbers !== undefined) {
    const given = numbers.split('.').slice(0, -1);
    return `${[...given, '0', '0', '0'].slice(0, 4).join('.')}/${given.length * 8}`;
  }
  return /^[\w.:/-]+$/.test(host) && !/^[\d.]+-[\d.]+$/.test(host) ? host : undefined;
}

/** `patientID` → `PATIENT`: an older spelling names the parameter in place of the level. */
function levelOf(name: string): string {
  return name.toUpperCase().replace(/^(PATIENT|STUDY)[-_.]?(?:ID|UID|INSTANCE[-_.]?UID)$/, '$1');
}

function listOf(text: string): string[] {
  return text.split(/[\s,;]+/).filter((item) => item !== '');
}
