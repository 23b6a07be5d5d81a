import { join } from 'node:path';
import ts from 'typescript';
import { type Manifest } from './chart.js';

interface Model {
  /** @throws Error that names what does not match the schema */
  validate(): void;
}

/**
 * Returns what the Kubernetes API would refuse in manifests. The OpenAPI schema finds wrong types, missing fields and wrong
 * formats. The TypeScript types find unknown fields, which the schema accepts.
 *
 * @param root the folder of the workspace, which contains kubernetes-models
 * @returns one line for each problem
 */
export async function kubernetesProblems(manifests: readonly Manifest[], root: string): Promise<string[]> {
  const problems: string[] = [];
  for (const manifest of manifests) {
    const { kind, metadata } = manifest;
    try {
      const module = (await import(`kubernetes-models/${manifest.apiVersion}/${kind}`)) as Record<
        string,
        new (data: unknown) => Model
      >;
      new module[kind]!(manifest).validate();
    } catch (error) {
      problems.push(`${kind} ${metadata?.name}: ${(error as Error).message}`);
    }
  }
  return [...problems, ...typeProblems(manifests, root)];
}

/** Compiles manifests as literals of their types. TypeScript refuses a property that a literal's type does not have. */
function typeProblems(manifests: readonly Manifest[], root: string): string[] {
  const file = join(root, 'tools/deploy-checks/src/manifests-as-literals.ts');
  const imports = manifests.map(
    ({ apiVersion, kind }, at) =>
      `import type { I${kind} as Type${at} } from 'kubernetes-models/${apiVersion}/${kind}';`,
  );
  const literals = manifests.map(
    (manifest, at) => `export const ${manifest.kind}${at}: Type${at} = ${JSON.stringify(manifest, null, 1)};`,
  );
  const source = [...imports, ...literals].join('\n');
  const options: ts.CompilerOptions = {
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    types: [],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.getSourceFile = (name, version, ...rest) =>
    name === file ? ts.createSourceFile(name, source, version) : getSourceFile(name, version, ...rest);
  const program = ts.createProgram([file], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText, start = 0 }) => {
    const line = source.slice(0, start).split('\n').length;
    return `${source.split('\n')[line - 1]?.trim()}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}
