// `npm run bench [name …]`: builds, runs each `bench/*.bench.mjs` of the packages and apps in a separate process, prints a table,
// and writes reports/bench.json. A benchmark prints one JSON object per line:
//   { "name": …, "value": …, "baseline": …, "unit": "ms", "ratio": …, "target": …, "note": … }
// `ratio` is value ÷ baseline, both measured in the same run. It should be at most `target`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ensurePeers } from './peers.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const wanted = process.argv.slice(2);

ensurePeers();
const built = spawnSync(process.execPath, [`${root}tools/build.mjs`], { encoding: 'utf8' });
if (built.status !== 0) {
  console.error(built.stdout + built.stderr);
  process.exit(1);
}

const files = ['packages', 'apps'].flatMap((folder) =>
  readdirSync(`${root}${folder}`).flatMap((name) => {
    const bench = `${folder}/${name}/bench`;
    return existsSync(root + bench)
      ? readdirSync(root + bench)
          .filter((file) => file.endsWith('.bench.mjs'))
          .map((file) => `${bench}/${file}`)
      : [];
  }),
);
const rows = [];
let failed = false;
for (const file of files.filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))) {
  console.error(`… ${file}`);
  const { status, stdout } = spawnSync(process.execPath, ['--expose-gc', file], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 26,
  });
  failed ||= status !== 0;
  for (const line of stdout.split('\n').filter((text) => text.startsWith('{')))
    rows.push({ file, ...JSON.parse(line) });
}

const round = (value) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value);
console.table(
  rows.map(({ name, value, baseline, unit, ratio, target }) => ({
    name,
    value: round(value),
    baseline: round(baseline),
    unit,
    ratio: round(ratio),
    target,
    met: target === undefined ? '' : ratio <= target ? 'yes' : 'NO',
  })),
);
mkdirSync(`${root}reports`, { recursive: true });
writeFileSync(`${root}reports/bench.json`, JSON.stringify({ node: process.version, rows }, null, 2) + '\n');
process.exit(failed ? 1 : 0);
