import { expect, it } from '@jest/globals';
import { type Viewer, ViewerRegistry } from './viewer.js';

function viewer(name: string, title: string): Viewer {
  const support = { severalArchives: true, filters: true };
  return { name, title, website: 'https://viewer.example', settings: Object, support, open: () => 'viewer://' };
}

it('finds viewers by name in any spelling of keys', () => {
  const registry = new ViewerRegistry([viewer('OHIF', 'OHIF'), viewer('radi_ant', 'RadiAnt')]);
  expect(registry.names).toEqual(['OHIF', 'radi_ant']);
  expect(['ohif', 'RADI-ANT', 'Radiant', 'other'].map((name) => registry.get(name)?.title)).toEqual([
    'OHIF',
    'RadiAnt',
    'RadiAnt',
    undefined,
  ]);
});

it('keeps the first viewer of a name', () => {
  const registry = new ViewerRegistry([viewer('OHIF', 'ours'), viewer('OHIF', 'another'), viewer('oh-if', 'a third')]);
  expect(registry.names).toEqual(['OHIF']);
  expect(registry.get('OHIF')?.title).toBe('ours');
});
