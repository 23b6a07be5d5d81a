import { readFile } from 'node:fs/promises';
import { beforeAll, expect, it } from '@jest/globals';
import {
  configurationJsonSchema,
  configurationReference,
  type KnownPlugin,
  type KnownViewer,
} from '@pacs-connectors/config-core';
import { Ajv, type ValidateFunction } from 'ajv';
import { parse } from 'yaml';
import { findPlugins } from '../boot/find-plugins.js';

const committed = new URL('../../../../packages/config-core/schema/pacs-connectors.schema.json', import.meta.url);

let plugins: KnownPlugin[];
let viewers: KnownViewer[];
let schema: object;
let validate: ValidateFunction;

beforeAll(async () => {
  const found = await findPlugins([]);
  expect(found.problems).toEqual([]);
  ({ plugins, viewers } = found);
  schema = configurationJsonSchema(plugins, viewers);
  validate = new Ajv({ strict: false }).compile(schema);
});

it('the schema is committed as it is generated; else: npx nx run manifest-server:write-schema', async () => {
  expect(JSON.parse(await readFile(committed, 'utf8'))).toEqual(JSON.parse(JSON.stringify(schema)));
});

it('and so are the tables of all keys', async () => {
  const keys = new URL('../../../../docs/configuration-keys.md', import.meta.url);
  expect(await readFile(keys, 'utf8')).toBe(configurationReference(plugins, viewers));
});

it.each(['first-layout.yml', 'second-layout.yml'])('takes %s', async (name) => {
  const file = new URL(`../../../../packages/config-core/src/testing/${name}`, import.meta.url);
  const valid = validate(parse(await readFile(file, 'utf8'), { merge: true }));
  expect(validate.errors ?? []).toEqual([]);
  expect(valid).toBe(true);
});
