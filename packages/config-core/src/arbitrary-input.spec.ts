import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { load } from './testing/samples.js';

it('any value at any key throws nothing, and leaves out no connector without a problem', async () => {
  const files = await Promise.all(
    ['first-layout.yml', 'second-layout.yml'].map((name) =>
      readFile(new URL(`testing/${name}`, import.meta.url), 'utf8'),
    ),
  );
  const trees = files.map((text) => parse(text, { merge: true }) as Tree);
  const steps = fc.array(fc.nat(), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...trees), steps, fc.json(), async (tree, path, json) => {
      const changed = structuredClone(tree);
      replaceSomewhere(changed, path, JSON.parse(json));
      const { connectors, leftOut, problems } = await load(stringify(changed));
      const known = [...connectors, ...leftOut].map(({ id }) => `connector.config.${id}`);
      const reported = problems.map(({ key }) => key);
      for (const id of ['archive-db', 'pacs', 'web'].filter((name) => isConfigured(changed, name))) {
        expect([...known, ...reported]).toContain(`connector.config.${id}`);
      }
    }),
    { numRuns: 200 },
  );
});

type Tree = { [key: string]: unknown };

function isConfigured({ connector }: Tree, id: string): boolean {
  const config = (connector as Tree | null | undefined)?.['config'];
  return typeof config === 'object' && config !== null && Object.hasOwn(config, id);
}

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
