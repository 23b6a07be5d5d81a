// `npm start`: builds what has changed, then serves. Arguments after `--` are the server's own.
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const build = spawnSync('npx', ['nx', 'run', 'manifest-server:build', '--outputStyle=static'], {
  cwd: root,
  encoding: 'utf8',
});
if (build.status !== 0) {
  console.error(`The build failed:\n${build.stdout}${build.stderr}`);
  process.exit(1);
}
const server = spawn(process.execPath, ['apps/manifest-server/dist/main.js', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => server.kill(signal));
server.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
