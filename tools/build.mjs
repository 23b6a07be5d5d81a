// `npm run build`: one TypeScript process builds every package that has a `tsconfig.lib.json`. It builds a package after those
// that it references, and skips what has not changed. Arguments go to tsc.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const projects = ['packages', 'apps', 'tools']
  .flatMap((folder) => readdirSync(root + folder).map((name) => `${folder}/${name}/tsconfig.lib.json`))
  .filter((file) => existsSync(root + file));
const tsc = ['node_modules/typescript/bin/tsc', '--build', ...projects, ...process.argv.slice(2)];
process.exit(spawnSync(process.execPath, tsc, { cwd: root, stdio: 'inherit' }).status ?? 1);
