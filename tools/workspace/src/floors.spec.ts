import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const depcruise = resolve('node_modules/.bin/depcruise');

describe('floors of the folders (tools/rooms.mjs)', () => {
  let house: string;

  beforeEach(() => {
    house = mkdtempSync(join(tmpdir(), 'floors-'));
    writeFileSync(join(house, 'tsconfig.json'), '{}');
  });
  afterEach(() => rmSync(house, { recursive: true }));

  /** Checks files of `packages`, each with the file from which it imports a type. */
  function check(imports: Record<string, string | undefined>): { passed: boolean; output: string } {
    for (const [file, imported] of Object.entries(imports)) {
      const path = join(house, 'packages', file);
      mkdirSync(dirname(path), { recursive: true });
      const use = imported === undefined ? '' : `import { type Name } from '${imported}';\nexport type Other = Name;\n`;
      writeFileSync(path, `${use}export type Name = string;\n`);
    }
    const config = resolve('.dependency-cruiser.mjs');
    const { status, stdout, stderr } = spawnSync(process.execPath, [depcruise, '--config', config, 'packages'], {
      cwd: house,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1' },
    });
    return { passed: status === 0, output: stdout + stderr };
  }

  it('lets a folder import from a floor below', () => {
    const { passed, output } = check({
      'config-core/src/document/a.ts': undefined,
      'config-core/src/reader/b.ts': '../document/a.js',
    });
    expect(output).toContain('no dependency violations found (2 modules, 1 dependencies cruised)');
    expect(passed).toBe(true);
  });

  it('rejects any other import, also of a type', () => {
    const { passed, output } = check({
      'config-core/src/document/above.ts': '../reader/a.js',
      'config-core/src/document/beside.ts': '../values/a.js',
      'config-core/src/document/top.ts': '../a.js',
      'config-core/src/document/unplaced.ts': '../attic/a.js',
      'config-core/src/attic/placeless.ts': '../values/a.js',
      'config-core/src/reader/a.ts': undefined,
      'config-core/src/values/a.ts': undefined,
      'config-core/src/a.ts': undefined,
      'config-core/src/attic/a.ts': undefined,
    });
    const refused = [...output.matchAll(/error ([^:(]+) \(tools.rooms.mjs\): packages.config-core.src.(\S+) →/g)];
    const below = 'config-core/document imports from floors below it only';
    expect(refused.map(([, rule, file]) => [file, rule]).sort()).toEqual([
      ['attic/placeless.ts', 'each folder of config-core has a floor'],
      ['document/above.ts', below],
      ['document/beside.ts', below],
      ['document/top.ts', below],
      ['document/unplaced.ts', below],
    ]);
    expect(passed).toBe(false);
  });

  it('rejects a circle in a package that the table does not list', () => {
    const { passed, output } = check({
      'connector-new/src/one/a.ts': '../two/b.js',
      'connector-new/src/two/b.ts': undefined,
      'connector-new/src/two/c.ts': '../one/a.js',
    });
    expect(output).toContain('error no circle of folders');
    expect(output).not.toContain('error no circle of files');
    expect(passed).toBe(false);
  });
});
