// `npm test`: ensures that the servers for the tests are installed (peers.mjs), builds, and runs every test. The last line is
// `N passed, N failed`. `--unit` runs the tests that need no servers and no build. Other arguments go to Jest.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ensurePeers } from './peers.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const args = process.argv.slice(2);
const unit = args.includes('--unit');
const report = `${root}reports/jest.json`;

function run(command, commandArgs) {
  return spawnSync(command, commandArgs, { cwd: root, stdio: 'inherit' }).status ?? 1;
}

if (!unit) {
  ensurePeers();
  const built = run(process.execPath, [`${root}tools/build.mjs`]);
  if (built !== 0) process.exit(built);
}
mkdirSync(`${root}reports`, { recursive: true });
rmSync(report, { force: true });
const status = run(process.execPath, [
  `${root}tools/jest.mjs`,
  '--json',
  `--outputFile=${report}`,
  '--maxWorkers=2',
  ...(unit ? ['--testPathIgnorePatterns=\\.integration\\.spec\\.ts$'] : []),
  ...args.filter((arg) => arg !== '--unit'),
]);
if (!existsSync(report)) {
  console.error(`Jest wrote no report to ${report}. Its output above says why.`);
  process.exit(1);
}
const result = JSON.parse(readFileSync(report, 'utf8'));
// A spec file that cannot be loaded runs no tests, so it counts as one failed test.
const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
console.log(`${result.numPassedTests} passed, ${failed} failed`);
process.exit(status !== 0 || failed > 0 || result.numPassedTests === 0 ? 1 : 0);
