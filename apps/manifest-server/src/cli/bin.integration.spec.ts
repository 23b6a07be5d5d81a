import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { SymmetricCipher } from '@pacs-connectors/config-core';

const bin = fileURLToPath(new URL('../../bin/pacs-connectors.js', import.meta.url));
const example = fileURLToPath(
  new URL('../../../../packages/config-core/src/testing/first-layout.yml', import.meta.url),
);

/** Runs the built command as a shell would. */
function run(args: string[], env: Record<string, string> = {}, input = '') {
  return spawnSync(process.execPath, [bin, ...args], { env: { ...process.env, ...env }, input, encoding: 'utf8' });
}

it('checks a file: the configuration to stdout, the rest to stderr, exit code 0', () => {
  const { status, stdout, stderr } = run(['check', example]);
  expect(stderr).toBe('usable: archive-db, pacs; 0 errors, 0 warnings\n');
  expect(status).toBe(0);
  expect(stdout).toContain('uri: jdbc:postgresql://db.hospital.example:5432/pacs');
});

it('ends with exit code 1 where something is wrong, and 2 where it is called wrongly', () => {
  expect(run(['check', `${example}.missing`]).status).toBe(1);
  expect(run(['nothing']).status).toBe(2);
});

it('encrypts what is piped in', () => {
  const { status, stdout } = run(['encrypt'], { ENCRYPT_KEY: 'the key' }, 's3cret\n');
  expect(status).toBe(0);
  expect(new SymmetricCipher('the key').decrypt(stdout.trim().replace('{cipher}', ''))).toBe('s3cret');
});

it('ends quietly where its reader has seen enough', () => {
  const line = `"${process.execPath}" "${bin}" schema | head -c 10`;
  const { status, stdout, stderr } = spawnSync('bash', ['-o', 'pipefail', '-c', line], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(stdout).toHaveLength(10);
  expect(status).toBe(0);
});
