import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { type Copy, DockerfileParser, type Env, type Instruction } from 'dockerfile-ast';

const execute = promisify(execFile);
const dockerignore = createRequire(import.meta.url)('@balena/dockerignore') as () => {
  add(patterns: string): { createFilter(): (path: string) => boolean };
};

/** The settings for containers in the last stage of a Dockerfile. */
export interface ImageConfiguration {
  env: Record<string, string>;
  /** `uid:gid`. */
  user: string;
  workdir: string;
  /** The exposed port. */
  port: number;
  entrypoint: string[];
  healthcheck: string[];
}

/**
 * Runs the first stage of a Dockerfile as lines for a shell. It does not run apt-get: the packages must already be on this
 * machine (tools/peers.mjs).
 */
export class Build {
  private constructor(
    private readonly root: string,
    private readonly stages: Instruction[][],
  ) {}

  /** Reads a Dockerfile. @param root the folder of the Dockerfile, which is also its build context */
  static async read(root: string): Promise<Build> {
    const text = await readFile(join(root, 'Dockerfile'), 'utf8');
    const stages: Instruction[][] = [];
    for (const instruction of DockerfileParser.parse(text).getInstructions()) {
      if (instruction.getKeyword() === 'FROM') stages.push([]);
      stages.at(-1)?.push(instruction);
    }
    return new Build(root, stages);
  }

  /** The base of each stage, such as `node:26-bookworm-slim AS build`. */
  get bases(): string[] {
    return this.stages.map(([from]) => argumentsOf(from!));
  }

  /** Debian packages that the build installs. */
  get packages(): string[] {
    const installs = this.runs.filter(isApt).map((line) => /apt-get install([^&]*)/.exec(line)?.[1] ?? '');
    return installs.flatMap((names) => names.trim().split(/\s+/)).filter((name) => !name.startsWith('-'));
  }

  private get runs(): string[] {
    return this.stages[0]!.filter((line) => line.getKeyword() === 'RUN').map(argumentsOf);
  }

  /**
   * Runs the first stage in `folder` instead of its WORKDIR.
   *
   * @throws Error with the line that fails or is not supported
   */
  async run(folder: string, env: NodeJS.ProcessEnv): Promise<void> {
    for (const instruction of this.stages[0]!) {
      const line = argumentsOf(instruction);
      switch (instruction.getKeyword()) {
        case 'FROM':
        case 'WORKDIR':
          break;
        case 'COPY':
          await this.copy(instruction as Copy, folder);
          break;
        case 'RUN':
          if (!isApt(line)) await execute('/bin/sh', ['-c', line], { cwd: folder, env, maxBuffer: 1 << 28 });
          break;
        default:
          throw new Error(
            `The checks do not support ${instruction.getKeyword()} in a build stage. Add it to tools/deploy-checks/src/dockerfile.ts.`,
          );
      }
    }
  }

  /** Returns the settings of the image. @throws Error unless the last stage only copies one folder of the build, from scratch */
  get image(): ImageConfiguration & { folder: string } {
    const last = this.stages.at(-1)!;
    const one = (keyword: string) => {
      const found = last.filter((line) => line.getKeyword() === keyword);
      if (found.length !== 1)
        throw new Error(`The last stage of the Dockerfile has ${keyword} ${found.length} times. Use it exactly once.`);
      return argumentsOf(found[0]!);
    };
    const copied = /^\/build\/(\S+) \/$/.exec(one('COPY'));
    if (!copied || one('FROM') !== 'scratch')
      throw new Error('The last stage of the Dockerfile must start FROM scratch and copy one folder of /build to /.');
    const envs = last.filter((line) => line.getKeyword() === 'ENV') as Env[];
    return {
      folder: copied[1]!,
      env: Object.fromEntries(
        envs.flatMap((line) => line.getProperties().map((property) => [property.getName(), property.getValue() ?? ''])),
      ),
      user: one('USER'),
      workdir: one('WORKDIR'),
      port: Number(one('EXPOSE')),
      entrypoint: JSON.parse(one('ENTRYPOINT')) as string[],
      healthcheck: JSON.parse(one('HEALTHCHECK').replace(/^CMD /, '')) as string[],
    };
  }

  /** Copies files and the content of folders as Docker would, without what .dockerignore names. */
  private async copy(instruction: Copy, folder: string): Promise<void> {
    const names = argumentsOf(instruction).split(/\s+/);
    const target = join(folder, names.pop()!);
    const kept = dockerignore()
      .add(await readFile(join(this.root, '.dockerignore'), 'utf8'))
      .createFilter();
    const copyFile = async (source: string, destination: string) => {
      if (!kept(relative(this.root, source))) return;
      await mkdir(dirname(destination), { recursive: true });
      await cp(source, destination);
    };
    const copyFolder = async (source: string, destination: string) => {
      for (const entry of await readdir(source, { withFileTypes: true })) {
        const [from, to] = [join(source, entry.name), join(destination, entry.name)];
        if (entry.name === 'node_modules') continue;
        await (entry.isDirectory() ? copyFolder(from, to) : copyFile(from, to));
      }
    };
    for (const name of names) {
      const source = join(this.root, name);
      const isFile = /\.\w+$/.test(name);
      await (isFile ? copyFile(source, join(target, name)) : copyFolder(source, target));
    }
  }
}

/** Returns the arguments of a line, without flags such as `--from=build`. */
function argumentsOf(instruction: Instruction): string {
  return instruction.getRawArgumentsContent() ?? '';
}

function isApt(line: string): boolean {
  return line.startsWith('apt-get ');
}
