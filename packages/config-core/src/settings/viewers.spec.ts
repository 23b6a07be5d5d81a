import { describe, expect, it } from '@jest/globals';
import { effectiveConfiguration } from '../effective.js';
import { dicomConnector, load, problemsOf } from '../testing/samples.js';

/** The configuration of one connector, `pacs`, and OHIF, with these rules. */
const withRules = (rules: string) =>
  `${dicomConnector()}ohif.server.url: https://ohif.example\nviewers:\n  rules:\n${rules}`;

describe('viewers.rules', () => {
  it('are read in order, each with its conditions', async () => {
    const loaded = await load(
      withRules(`    - { archive: pacs, modalities: 'us, ES', viewer: ohif }
    - { min-archives: 1, max-archives: 3, viewer: Weasis }
    - viewer: WEASIS
`),
    );
    expect(loaded.problems).toEqual([]);
    expect(loaded.global.viewers.rules).toEqual([
      { archives: ['pacs'], modalities: ['US', 'ES'], viewer: 'OHIF' },
      { minArchives: 1, maxArchives: 3, viewer: 'WEASIS' },
      { viewer: 'WEASIS' },
    ]);
    expect(effectiveConfiguration(loaded)).toMatchObject({
      viewers: {
        rules: [
          { archive: ['pacs'], modalities: ['US', 'ES'], viewer: 'OHIF' },
          { 'min-archives': 1, 'max-archives': 3, viewer: 'WEASIS' },
          { viewer: 'WEASIS' },
        ],
      },
    });
  });

  it('are empty by default', async () => {
    expect((await load(dicomConnector())).global.viewers.rules).toEqual([]);
  });

  it.each([
    ['- { archive: pacs }', 'viewers.rules[0].viewer', 'found nothing'],
    ['- { viewer: RADIANT }', 'viewers.rules[0].viewer', 'expected one of WEASIS, OHIF, SLICER, MICRODICOM'],
    ['- { viewer: OHIF, min-archives: 0 }', 'viewers.rules[0].min-archives', 'an integer of at least 1'],
    ['- { viewer: OHIF, modalities: C-T }', 'viewers.rules[0].modalities', 'a modality such as CT'],
    ['- { viewer: OHIF }\n    - WEASIS', 'viewers.rules[1]', 'found a single value'],
    ['first: { viewer: OHIF }', 'viewers.rules', 'found a map, expected a list'],
  ])('that are wrong are named with their line, and none of them applies: %s', async (rule, key, problem) => {
    const text = withRules(`    ${rule}\n`);
    const [line = ''] = await problemsOf(text);
    expect(line).toMatch(/^error 1\.yml:\d+:\d+ /);
    expect(line).toContain(` ${key}: `);
    expect(line).toContain(problem);
    expect((await load(text)).global.viewers.rules).toEqual([]);
  });

  it.each([
    ['{ viewer: SLICER }', 'viewers.rules[0].viewer: found SLICER, which is not configured, expected slicer.archives.'],
    ['{ viewer: OHIF, archive: pasc }', 'viewers.rules[0].archive: found "pasc", no connector'],
    ['{ viewer: OHIF, archives: pacs }', 'viewers.rules[0].archives: found an unknown key'],
    [
      '{ viewer: OHIF, min-archives: 3, max-archives: 2 }',
      'viewers.rules[0].min-archives: found 3, which is more than max-archives',
    ],
    [
      '{ viewer: OHIF, min-archives: 2 }',
      'viewers.rules[0].min-archives: found 2, expected 1 or less: the rule can select 1 archive',
    ],
  ])('that cannot apply are a warning: %s', async (rule, problem) => {
    const text = withRules(`    - ${rule}\n`);
    expect(await problemsOf(text)).toEqual([expect.stringMatching(/^warning 1\.yml:\d+:\d+ /)]);
    expect((await problemsOf(text))[0]).toContain(problem);
    expect((await load(text)).global.viewers.rules).toHaveLength(1);
  });

  it('after one that applies to every launch are a warning', async () => {
    const everything = '    - viewer: WEASIS\n';
    const [problem, ...more] = await problemsOf(withRules(`    - viewer: OHIF\n${everything}    - viewer: SLICER\n`));
    expect(more).toEqual([]);
    expect(problem).toMatch(/^warning 1\.yml:\d+:\d+ viewers\.rules\[2\]: found a rule after viewers\.rules\[1\], /);
    expect(problem).toMatch(/ \[configuration\.viewer-rule\.never-applies\]$/);
    // OHIF opens no launch of several archives: the next rule applies to those.
    expect(await problemsOf(withRules(`    - viewer: OHIF\n${everything}`))).toEqual([]);
    expect(await problemsOf(withRules(`    - { viewer: WEASIS, archive: pacs }\n${everything}`))).toEqual([]);
  });
});
