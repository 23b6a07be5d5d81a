import { execFile } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { transform } from '@swc/core';

const execute = promisify(execFile);

/**
 * Returns what an example prints that is run in a project outside this workspace, where the packages are installed. All files
 * of `examples` lie beside it there, those in TypeScript as JavaScript.
 *
 * @param project the project's folder.
 * @param folder the package whose example it is.
 * @param name the example, without its extension.
 * @param environment what it finds in `process.env` besides what the test has.
 * @throws Error with its output if it fails or runs longer than 5 minutes.
 */
export async function runExample(
  project: string,
  folder: string,
  name: string,
  environment: Record<string, string> = {},
): Promise<string> {
  const directory = join(project, basename(folder));
  await copyExamples(folder, directory);
  const { stdout } = await execute(process.execPath, [`${name}.js`], {
    cwd: directory,
    env: { ...process.env, ...environment },
    timeout: 300_000,
    maxBuffer: 1 << 26,
  }).catch((error: Error & { stdout: string }) => {
    throw new Error(`${folder}/examples/${name}.ts: ${error.message}\n${error.stdout}`);
  });
  return stdout;
}

/** Copies the examples of the package in `folder` into `directory`. */
export async function copyExamples(folder: string, directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const file of await readdir(join(folder, 'examples'))) {
    const source = join(folder, 'examples', file);
    if (!file.endsWith('.ts')) await copyFile(source, join(directory, file));
    else await writeFile(join(directory, file.replace(/ts$/, 'js')), await javaScript(await readFile(source, 'utf8')));
  }
}

/** Compiles `source`, TypeScript with NestJS's decorators, to JavaScript. */
async function javaScript(source: string): Promise<string> {
  const { code } = await transform(source, {
    swcrc: false,
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    },
    module: { type: 'es6' },
  });
  return code;
}
