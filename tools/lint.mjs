// ESLint over the whole tree, and the floors of each package (floors.mjs). The module-boundary rule reads Nx's project graph and
// passes everything in silence where there is none, so the graph is made first, and a run without it is an error.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const options = { cwd: root, encoding: 'utf8', env: { ...process.env, NX_DAEMON: 'false' } };
const graph = spawnSync('npx', ['nx', 'show', 'projects'], options);
if (graph.status !== 0) {
  console.error(graph.stdout + graph.stderr);
  process.exit(1);
}
const { status, stdout, stderr } = spawnSync(
  'npx',
  ['eslint', '.', '--max-warnings', '0', ...process.argv.slice(2)],
  options,
);
process.stdout.write(stdout);
process.stderr.write(stderr);
if (/No cached ProjectGraph/.test(stdout + stderr)) {
  console.error('The module boundaries were not checked: Nx has no project graph.');
  process.exit(1);
}
const floors = spawnSync(process.execPath, ['tools/floors.mjs'], { cwd: root, stdio: 'inherit' });
process.exit(status || (floors.status ?? 1));
