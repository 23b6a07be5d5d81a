import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { load } from './testing/samples.js';

it('whatever stands at whatever key, it is read or told, never thrown', async () => {
  const files = await Promise.all(
    ['first-layout.yml', 'second-layout.yml'].map((name) =>
      readFile(new URL(`testing/${name}`, import.meta.url), 'utf8'),
    ),
  );
  const trees = files.map((text) => parse(text, { merge: true }) as Tree);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...trees),
      fc.array(fc.nat(), { maxLength: 12 }),
      fc.json(),
      async (tree, steps, json) => {
        const changed = structuredClone(tree);
        replaceSomewhere(changed, steps, JSON.parse(json));
        const { connectors, leftOut } = await load(stringify(changed));
        expect(connectors.length + leftOut.length).toBeGreaterThanOrEqual(0);
      },
    ),
    { numRuns: 200 },
  );
});

type Tree = { [key: string]: unknown };

/** Walks down `tree` as `steps` choose, and puts `value` in place of what is there. */
function replaceSomewhere(tree: Tree, steps: readonly number[], value: unknown): void {
  let here = tree;
  for (const [index, step] of steps.entries()) {
    const keys = Object.keys(here);
    const key = keys[step % keys.length];
    if (key === undefined) return;
    const inner = here[key];
    if (index === steps.length - 1 || typeof inner !== 'object' || inner === null) {
      here[key] = value;
      return;
    }
    here = inner as Tree;
  }
}
