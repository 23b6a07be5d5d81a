import { codes } from '../errors/error-codes.js';
import { type ConfigNode, find, isEmpty, joinKey, type MapNode } from '../document/node.js';
import { type Place } from '../document/problems.js';
import { relax } from '../document/relaxed-name.js';
import { type ReaderContext, report } from '../reader/context.js';

/** Keys that limit access and have no effect if they contain nothing. `hosts` has no other key than `hosts.allow`. */
const NEEDS_VALUE = ['hosts', 'hosts.allow', 'request.ids', 'request.IID.level'];

/** The names of guards, relaxed, with the keys by which a misplaced or misspelled group is recognised. */
const GUARDS: Record<string, { names: RegExp; members: RegExp }> = {
  hosts: { names: /^(?:hosts?|allowedhosts|hostlist)$/, members: /^(?:allow|hosts)/ },
  request: { names: /^requests?$/, members: /^(?:ids?|iid.*)$/ },
  cryptography: { names: /^(?:cryptography|cryptographic|crypto|encryption)$/, members: /^enabled?$/ },
};
/** A list of allowed hosts in one word. */
const HOST_LIST = /^(?:allow(?:ed)?hosts?|hosts?allow(?:ed)?)$/;

/**
 * Reports guards that are in the file and guard nothing: they contain no value, or are in the wrong place. The operator believes that
 * the door is shut, so the server must not start.
 */
export function checkGuards(context: ReaderContext): void {
  for (const path of NEEDS_VALUE) {
    const found = find(context.root, path);
    if (!found || !containsNothing(found.node, context)) continue;
    fatal(found.key, found.node.place, 'nothing', 'a value; remove the key if nothing is to be limited', context);
    break;
  }
  walk(context.root.node, '', context);
}

function walk(map: MapNode, parent: string, context: ReaderContext): void {
  for (const [name, { value, keyPlace }] of map.entries) {
    const key = joinKey(parent, name);
    const relaxed = relax(name);
    for (const [guard, { names, members }] of Object.entries(GUARDS)) {
      const inPlace = parent === '' && relaxed === guard;
      if (inPlace || value.kind !== 'map' || !names.test(relaxed)) continue;
      const member = [...value.entries.keys()].find((one) => members.test(relax(one)));
      if (member !== undefined) misplaced(joinKey(key, member), keyPlace, guard, context);
    }
    if (HOST_LIST.test(relaxed) && value.kind !== 'map') misplaced(key, keyPlace, 'hosts', context);
    if (value.kind === 'map') walk(value, key, context);
  }
}

function misplaced(key: string, place: Place, guard: string, context: ReaderContext): void {
  const expected = guard === 'hosts' ? 'hosts.allow' : `the keys of ${guard}`;
  fatal(key, place, 'a key without effect', `${expected}, at the left edge of the file`, context);
}

function fatal(key: string, place: Place, found: string, expected: string, context: ReaderContext): void {
  // Another check may have reported the same key.
  if (context.problems.some((problem) => problem.key === key && problem.severity === 'error')) return;
  report(context, 'error', { key, place }, { code: codes['configuration.guard.without-effect'], found, expected });
  const problem = context.problems.at(-1);
  if (problem?.key === key) problem.fatal = true;
}

/** Whether a value is empty, also after its placeholders are replaced. */
function containsNothing(node: ConfigNode, context: ReaderContext): boolean {
  if (node.kind === 'list') return node.items.every((item) => containsNothing(item, context));
  if (node.kind === 'map') return [...node.entries.values()].every(({ value }) => containsNothing(value, context));
  if (node.kind !== 'scalar') return false;
  if (isEmpty(node)) return true;
  const resolved = context.resolver.resolve(node.text);
  // What cannot be resolved is an error of its own.
  return !('found' in resolved) && /^[\s,]*$/.test(resolved.text);
}
