import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** The folder of the workspace, with a slash at the end. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A package of this workspace that npm would publish. */
export interface PublishedPackage {
  name: string;
  /** Its folder below {@link root}: `packages/connector-db`. */
  folder: string;
}

/** The sections of each README, in this order. Other sections may be between them. */
const SECTIONS = ['Install', 'Without NestJS', 'With NestJS', 'Settings', 'Errors'];
const EXAMPLES = ['without-nestjs.ts', 'with-nestjs.ts'];

/** Returns every package that is not private to this workspace. */
export async function publishedPackages(): Promise<PublishedPackage[]> {
  const { stdout } = await execute('npm', ['query', '.workspace:not([private])'], { cwd: root, maxBuffer: 1 << 26 });
  return (JSON.parse(stdout) as { name: string; location: string }[]).map(({ name, location }) => ({
    name,
    folder: location,
  }));
}

/**
 * Returns what a package lacks of the shape that all have, one sentence each.
 *
 * @param path where the package is.
 * @param published its name, and its folder in the repository.
 * @param program a program is run by its command: it needs no examples in TypeScript.
 */
export async function shapeProblems(
  path: string,
  { name, folder }: PublishedPackage,
  { program = false } = {},
): Promise<string[]> {
  const text = (file: string) => readFile(join(path, file), 'utf8').catch(() => '');
  const problems: string[] = [];
  const check = (holds: boolean, problem: string) => void (holds || problems.push(`${folder}: ${problem}`));

  check((await text('LICENSE')) === (await readFile(join(root, 'LICENSE'), 'utf8')), "LICENSE differs from the root's");
  const manifest = JSON.parse(await text('package.json')) as Record<string, unknown>;
  const project = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Record<string, unknown>;
  check(manifest.license === project.license, "license in package.json differs from the root's");
  for (const [field, expected] of Object.entries(addresses(project, folder))) {
    check(
      JSON.stringify(manifest[field]) === JSON.stringify(expected),
      `${field} in package.json must be ${JSON.stringify(expected)}`,
    );
  }
  check(typeof manifest.description === 'string', 'description is missing in package.json');
  const { keywords } = manifest;
  check(Array.isArray(keywords) && keywords.length >= 3, 'package.json needs 3 keywords or more');

  const readme = await text('README.md');
  check(/^# (.*)\n\n\w/.exec(readme)?.[1] === name, `README.md must begin with # ${name} and say what the package is`);
  const headings = [...readme.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading ?? '');
  const found = headings.filter((heading) => SECTIONS.includes(heading));
  check(found.join() === SECTIONS.join(), `README.md must have the sections ${SECTIONS.join(', ')} in this order`);

  const examples = await readdir(join(path, 'examples')).catch((): string[] => []);
  for (const file of program ? [] : EXAMPLES) check(examples.includes(file), `examples/${file} is missing`);
  check(examples.length > 0, 'examples is empty');
  for (const file of examples) {
    const block = `\`\`\`${extname(file) === '.ts' ? 'ts' : 'yaml'}\n${await text(`examples/${file}`)}\`\`\``;
    check(readme.includes(block), `README.md must show examples/${file} verbatim`);
  }
  const install = /^## Install$(.*?)^## /ms.exec(readme)?.[1] ?? '';
  const imports = new Set((await Promise.all(examples.map((file) => text(`examples/${file}`)))).flatMap(packagesIn));
  for (const one of imports) check(install.includes(` ${one}`), `the section Install of README.md must install ${one}`);
  return problems;
}

/** Returns the packages that a program imports by name, without those of Node.js. */
function packagesIn(program: string): string[] {
  const imported = [...program.matchAll(/^(?:import|\} from|import .* from) '((?:@[^/']+\/)?[^./'][^/']*)[^']*';$/gm)];
  return imported.map(([, name]) => name ?? '').filter((name) => !name.startsWith('node:'));
}

/** Returns the `repository` and `homepage` of a package, from the root `package.json`, which has the project's address. */
function addresses(project: Record<string, unknown>, folder: string): Record<string, unknown> {
  const homepage = project.homepage as string | undefined;
  return {
    repository: { ...(project.repository as object), directory: folder },
    homepage: homepage && `${homepage.replace(/#.*$/, '')}/tree/main/${folder}#readme`,
  };
}
