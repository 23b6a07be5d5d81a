import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { runCommand } from './run.js';

/** Files as sites have them, and the connectors that have to be usable. */
const FILES = {
  'first-layout.yml': 'archive-db, pacs',
  'second-layout.yml': 'web, pacs',
  'model-left-edge.yml': 'pacs-a',
  'model-inside-default.yml': 'pacs-a',
  'model-second-layout.yml': 'pacs-a, pacs-tls',
};

it.each(Object.entries(FILES))('check finds no error in %s, and %s usable', async (name, usable) => {
  const path = fileURLToPath(new URL(`../../../../packages/config-core/src/testing/${name}`, import.meta.url));
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const stdin = Object.assign(Readable.from(['']), { isTTY: false });
  const code = await runCommand(['check', path], { env: {}, stdin, stdout, stderr });
  stdout.end();
  stderr.end();
  const said = await text(stderr);
  expect(said).not.toContain('error: ');
  expect(said).toMatch(new RegExp(`^usable: ${usable}; 0 errors`, 'm'));
  expect(code).toBe(0);
});
