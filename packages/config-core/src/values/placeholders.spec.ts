import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { resolvePlaceholders } from './placeholders.js';

const env = { HOST: 'pacs', STAGE: 'TEST', TEST_HOST: 'test.pacs', EMPTY: '', TRICKY: 'a${HOST}b}', DB_PASSWORD: 'x' };

it.each([
  ['plain', 'plain'],
  ['${HOST}', 'pacs'],
  ['http://${HOST}:${PORT:80}/x', 'http://pacs:80/x'],
  ['${NOT_SET:http://other:8080/a}', 'http://other:8080/a'],
  ['${NOT_SET:${HOST}}', 'pacs'],
  ['${NOT_SET:${NEITHER:deep}}', 'deep'],
  ['${${STAGE}_HOST}', 'test.pacs'],
  ['${NOT_SET:}', ''],
  ['${EMPTY:default}', ''],
  ['${NOT_SET:{cipher}00ff}', '{cipher}00ff'],
  ['${ HOST }', 'pacs'],
  ['${db.password}', 'x'],
  ['${db-password}', 'x'],
  ['${HOST', '${HOST'],
  ['$HOST $ {HOST} }', '$HOST $ {HOST} }'],
  ['${TRICKY}', 'a${HOST}b}'],
])('%s → %s', (text, expected) => {
  expect(resolvePlaceholders(text, env)).toMatchObject({ text: expected, missing: [] });
});

it('names every placeholder that is not set', () => {
  expect(resolvePlaceholders('${A}-${HOST}-${B:${C}}', env).missing).toEqual(['A', 'C']);
});

it('takes no name from the prototype of the environment', () => {
  expect(resolvePlaceholders('${constructor}${__proto__}', {}).missing).toEqual(['constructor', '__proto__']);
});

it('is not led into an endless loop, nor out of the stack, by any text', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[${}:aA]{0,40}$/), (text) => resolvePlaceholders(text, { a: 'x' }) !== null),
  );
  expect(resolvePlaceholders('${'.repeat(5_000) + '}'.repeat(5_000), {}).text).toBeDefined();
});

describe('round trips', () => {
  const name = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,10}$/);

  it('inserts any value of the environment unchanged', () => {
    const around = fc.string().map((text) => text.replace(/[${}]/g, ''));
    fc.assert(
      fc.property(name, fc.string(), around, around, (key, value, before, after) => {
        expect(resolvePlaceholders(`${before}\${${key}}${after}`, { [key]: value }).text).toBe(before + value + after);
      }),
    );
  });

  it('gives any default without braces whole', () => {
    const text = fc.string().map((value) => value.replace(/[{}]/g, ''));
    fc.assert(
      fc.property(name, text, (key, value) => {
        expect(resolvePlaceholders(`\${${key}:${value}}`, {}).text).toBe(value);
      }),
    );
  });
});
