import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { meaningOf } from './vocabulary.js';

const page = await readFile(new URL('../../../../../docs/migration.md', import.meta.url), 'utf8');
const [, section = ''] = /^## From property files$(.*?)^## /ms.exec(page) ?? [];
const properties = [...section.matchAll(/^\| (`.*?) +\|/gm)].flatMap(([, cell]) =>
  [...cell!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!),
);

describe('the properties in docs/migration.md', () => {
  it('are there', () => expect(properties.length).toBeGreaterThan(30));
  it.each(properties)('%s is known', (name) => expect(meaningOf(name)).toBeDefined());
});

it.each([
  ['aet', 'callingAet'],
  ['pacs.aet', 'aet'],
  ['arc.pacs.aet', 'aet'],
  ['PACS_HOST', 'host'],
  ['dicom.port', 'port'],
  ['wado.httpTags', 'httpTags'],
  ['arc.db.query.select', 'select'],
  ['pacs.db.query.study-instance-uid-column', 'studyColumn'],
])('%s means %s', (key, name) => expect(meaningOf(key)).toEqual({ of: 'archive', name }));

it.each(['foo', 'foo.host', 'server.port', 'weasis.plugin', ''])('%j is not known', (key) =>
  expect(meaningOf(key)).toBeUndefined(),
);
