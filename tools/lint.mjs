// `npm run lint`: runs ESLint on all files, and checks the floors of each package (floors.mjs). Without Nx's project graph, the
// module-boundary rule passes every import without a message. So the graph is made first, and a run without it is an error.
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
  console.error(
    'The module boundaries were not checked: Nx has no project graph. Check that npx nx show projects works.',
  );
  process.exit(1);
}
const floors = spawnSync(process.execPath, ['tools/floors.mjs'], { cwd: root, stdio: 'inherit' });
process.exit(status || (floors.status ?? 1));
