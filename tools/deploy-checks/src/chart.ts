import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, parseAllDocuments, stringify } from 'yaml';

/** A Kubernetes object. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels: Record<string, string> };
  [key: string]: unknown;
}

type Values = Record<string, unknown>;

/**
 * Renders a chart as `helm template RELEASE CHART` does, because no package registry has Helm. It supports only these actions:
 * `{{ .path }}`, `{{ .path | quote }}`, `{{- toYaml .path | nindent N }}` and `{{- if .path }} … {{- end }}`.
 *
 * @param overrides values that override those of the chart: maps are merged, everything else is replaced
 * @returns the rendered templates, each after a line `---`
 * @throws Error that names an unsupported action or a missing value
 */
export async function renderChart(folder: string, release: string, overrides: Values = {}): Promise<string> {
  const chart = parse(await readFile(join(folder, 'Chart.yaml'), 'utf8')) as Values;
  const defaults = parse(await readFile(join(folder, 'values.yaml'), 'utf8')) as Values;
  const context = {
    Values: merge(defaults, overrides),
    // In Helm's templates, the fields of a chart begin with a capital letter.
    Chart: Object.fromEntries(
      Object.entries(chart).map(([key, value]) => [key[0]!.toUpperCase() + key.slice(1), value]),
    ),
    Release: { Name: release, Service: 'Helm' },
  };
  const names = (await readdir(join(folder, 'templates'))).sort();
  const rendered = names.map(async (name) => {
    const text = await readFile(join(folder, 'templates', name), 'utf8');
    return renderTemplate(text, context, name).trim();
  });
  return (await Promise.all(rendered))
    .filter((text) => text !== '')
    .map((text) => `---\n${text}\n`)
    .join('');
}

/** Parses Kubernetes objects. @throws Error if a document is not YAML, or has a key twice */
export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text, { uniqueKeys: true }).map((document) => {
    if (document.errors.length > 0) throw document.errors[0]!;
    return document.toJS() as Manifest;
  });
}

function renderTemplate(text: string, context: Values, name: string): string {
  let output = '';
  const shown = [true];
  let end = 0;
  for (const match of text.matchAll(/\{\{(-?)([^}]*?)(-?)\}\}/g)) {
    const [action, trimLeft, expression, trimRight] = match;
    let before = text.slice(end, match.index);
    if (trimLeft) before = before.trimEnd();
    end = match.index + action.length;
    if (trimRight) end += /^\s*/.exec(text.slice(end))![0].length;
    if (shown.at(-1)) output += before;
    const words = expression!.trim();
    const condition = /^if (\S+)$/.exec(words);
    if (condition) shown.push(shown.at(-1)! && isTrue(valueOf(condition[1]!, context, name)));
    else if (words === 'end' && shown.length > 1) shown.pop();
    else if (shown.at(-1)) output += evaluate(words, context, name);
  }
  if (shown.length > 1) throw new Error(`An {{ if }} in ${name} has no {{ end }}. Add it.`);
  return output + text.slice(end);
}

function evaluate(expression: string, context: Values, template: string): string {
  const match = /^(toYaml )?(\.[\w.]+)(?: \| (?:(quote)|nindent (\d+)))?$/.exec(expression);
  if (!match || Boolean(match[1]) !== Boolean(match[4]))
    throw new Error(
      `The checks do not support {{ ${expression} }} in ${template}. Use one of the actions in tools/deploy-checks/src/chart.ts.`,
    );
  const [, , path, quote, indent] = match;
  const value = valueOf(path!, context, template);
  if (indent === undefined) {
    if (typeof value === 'object') throw new Error(`${path} in ${template} is a list or a map. Use toYaml.`);
    return quote ? JSON.stringify(String(value)) : String(value);
  }
  const yaml = stringify(value, { lineWidth: 0 }).trimEnd();
  return `\n${yaml}`.replaceAll('\n', `\n${' '.repeat(Number(indent))}`).replace(/ +$/gm, '');
}

function valueOf(path: string, context: Values, template: string): unknown {
  let value: unknown = context;
  for (const key of path.split('.').slice(1)) value = (value as Values | undefined)?.[key];
  if (value === undefined || value === null)
    throw new Error(`${path}, which ${template} uses, has no value. Add it to values.yaml.`);
  return value;
}

/** Returns whether Go's templates treat a value as true. */
function isTrue(value: unknown): boolean {
  return typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : Boolean(value);
}

function merge(base: Values, over: Values): Values {
  const merged = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const own = merged[key];
    merged[key] = isMap(own) && isMap(value) ? merge(own, value) : value;
  }
  return merged;
}

function isMap(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the content of deploy/kubernetes: the chart with its own values, for users without Helm. */
export async function plainManifests(root: string): Promise<string> {
  const rendered = await renderChart(join(root, 'deploy/helm/pacs-connectors'), 'pacs-connectors');
  const made = rendered.replaceAll('managed-by: Helm', 'managed-by: kubectl');
  return `# Made from deploy/helm by \`npm run write-manifests -w tools/deploy-checks\`.\n${made}`;
}

export const PLAIN_MANIFESTS = 'deploy/kubernetes/pacs-connectors.yaml';

export async function writePlainManifests(root: string): Promise<void> {
  await writeFile(join(root, PLAIN_MANIFESTS), await plainManifests(root));
}
