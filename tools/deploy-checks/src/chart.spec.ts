import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type Manifest,
  parseManifests,
  PLAIN_MANIFESTS,
  plainManifests,
  renderChart,
  writePlainManifests,
} from './chart.js';
import { kubernetesProblems } from './kubernetes-schema.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const CHART = join(root, 'deploy/helm/pacs-connectors');

const manifests = async (values = {}) => parseManifests(await renderChart(CHART, 'viewer', values));

describe('the chart', () => {
  it.each([
    ['with its own values', {}],
    [
      'with all optional values',
      {
        contextPath: '/pacs',
        ingress: { enabled: true },
        nodeSelector: { disk: 'ssd' },
        tolerations: [{ key: 'images', operator: 'Exists', effect: 'NoSchedule' }],
        image: { pullSecrets: [{ name: 'registry' }] },
        extraVolumes: [{ name: 'stores', secret: { secretName: 'stores' } }],
        extraVolumeMounts: [{ name: 'stores', mountPath: '/stores', readOnly: true }],
      },
    ],
    ['without optional objects', { networkPolicy: { enabled: false } }],
  ])('is valid for Kubernetes, %s', async (_, values) => {
    const rendered = await manifests(values);
    expect(await kubernetesProblems(rendered, root)).toEqual([]);
  });

  it('mounts what the configuration names, and has the login of the registry', async () => {
    const rendered = await manifests({
      image: { pullSecrets: [{ name: 'registry' }] },
      extraVolumes: [{ name: 'stores', secret: { secretName: 'stores' } }],
      extraVolumeMounts: [{ name: 'stores', mountPath: '/stores', readOnly: true }],
    });
    expect(rendered.find(({ kind }) => kind === 'Deployment')).toMatchObject({
      spec: {
        template: {
          spec: {
            imagePullSecrets: [{ name: 'registry' }],
            containers: [{ volumeMounts: [{ name: 'config' }, { name: 'stores', mountPath: '/stores' }] }],
            volumes: [{ name: 'config' }, { name: 'stores' }],
          },
        },
      },
    });
  });

  it('makes every object that the server needs, and an Ingress if requested', async () => {
    const kinds = async (values = {}) => (await manifests(values)).map(({ kind }) => kind);
    const own = [
      'ConfigMap',
      'Deployment',
      'HorizontalPodAutoscaler',
      'NetworkPolicy',
      'PodDisruptionBudget',
      'Service',
      'ServiceAccount',
    ];
    expect((await kinds()).sort()).toEqual(own);
    expect(await kinds({ ingress: { enabled: true } })).toContain('Ingress');
    expect(await kinds({ networkPolicy: { enabled: false } })).not.toContain('NetworkPolicy');
  });

  it('runs the version of the server in this repository', async () => {
    const { version } = JSON.parse(await readFile(join(root, 'apps/manifest-server/package.json'), 'utf8')) as {
      version: string;
    };
    const deployment = (await manifests()).find(({ kind }) => kind === 'Deployment');
    expect(deployment?.metadata.labels['app.kubernetes.io/version']).toBe(version);
    expect(JSON.stringify(deployment)).toContain(`"image":"pacs-connectors:${version}"`);
    expect(await readFile(join(root, 'deploy/compose/docker-compose.yml'), 'utf8')).toContain(
      `pacs-connectors:${version}\n`,
    );
  });

  it('selects its own pods in every object', async () => {
    const selector = { 'app.kubernetes.io/name': 'pacs-connectors', 'app.kubernetes.io/instance': 'viewer' };
    const byKind = Object.fromEntries((await manifests()).map((manifest) => [manifest.kind, manifest.spec]));
    const deployment = byKind['Deployment'] as {
      selector: unknown;
      template: { metadata: { labels: unknown }; spec: { topologySpreadConstraints: { labelSelector: unknown }[] } };
    };
    expect(deployment.template.metadata.labels).toEqual(selector);
    expect(deployment.selector).toEqual({ matchLabels: selector });
    for (const { labelSelector } of deployment.template.spec.topologySpreadConstraints)
      expect(labelSelector).toEqual({ matchLabels: selector });
    expect(byKind['Service']).toMatchObject({ selector });
    expect(byKind['PodDisruptionBudget']).toMatchObject({ selector: { matchLabels: selector } });
    expect(byKind['NetworkPolicy']).toMatchObject({ podSelector: { matchLabels: selector } });
  });

  it('passes the configuration on unchanged, character by character', async () => {
    const text = "connector:\n  a: 'x'   # ${SECRET}\n  b: |\n    - {{ mustache }}\n\n  c: é\n";
    const config = (await manifests({ config: { 'connectors.yml': text } })).find(({ kind }) => kind === 'ConfigMap');
    expect(config).toMatchObject({ data: { 'connectors.yml': text } });
  });
});

it('the plain manifests equal the chart with its own values', async () => {
  if (process.env['WRITE_MANIFESTS']) await writePlainManifests(root);
  const text = await readFile(join(root, PLAIN_MANIFESTS), 'utf8');
  expect(text).toBe(await plainManifests(root));
  expect(await kubernetesProblems(parseManifests(text), root)).toEqual([]);
});

it('the example contains one secret, which the manifests name', async () => {
  const [secret] = parseManifests(await readFile(join(root, 'deploy/kubernetes/secret.example.yaml'), 'utf8'));
  expect(await kubernetesProblems([secret!], root)).toEqual([]);
  const plain = await readFile(join(root, PLAIN_MANIFESTS), 'utf8');
  expect(plain).toContain(`secretRef:\n                name: ${secret!.metadata.name}\n`);
  const placeholders = [...plain.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
  expect(Object.keys(secret!['stringData'] as object).sort()).toEqual(placeholders.sort());
});

describe('the checks find', () => {
  const service = (spec: object): Manifest => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'a', labels: {} },
    spec,
  });

  it.each([
    ['an unknown field', { ports: [{ port: 80, targetprot: 'http' }] }, /targetprot/],
    ['a value of another type', { ports: [{ port: '80' }] }, /port/],
    ['a missing field', { ports: [{ name: 'http' }] }, /port/],
  ])('%s', async (_, spec, problem) => {
    expect((await kubernetesProblems([service(spec)], root)).join('\n')).toMatch(problem);
  });
});

describe('the renderer', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pacs-connectors-chart-'));
    await mkdir(join(folder, 'templates'));
    await writeFile(join(folder, 'Chart.yaml'), 'name: c\nversion: 1.0.0\n');
    await writeFile(join(folder, 'values.yaml'), 'on: true\noff: false\nlist: [1, 2]\nempty: []\nname: "a"\nmap: {}\n');
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  const render = async (template: string) => {
    await writeFile(join(folder, 'templates/t.yaml'), template);
    return renderChart(folder, 'r');
  };

  it.each([
    ['a: {{ .Values.name | quote }}', '---\na: "a"\n'],
    ['a:\n  {{- toYaml .Values.list | nindent 2 }}\nb: 1', '---\na:\n  - 1\n  - 2\nb: 1\n'],
    ['{{- if .Values.off }}\na: 1\n{{- end }}\n', ''],
    ['x: 1\n{{- if .Values.on }}\na: 1\n{{- end }}\nb: 2', '---\nx: 1\na: 1\nb: 2\n'],
    ['x: 1\n{{- if .Values.empty }}\na: {{ .Values.nothing }}\n{{- end }}\nb: 2', '---\nx: 1\nb: 2\n'],
  ])('renders %j', async (template, expected) => {
    expect(await render(template)).toBe(expected);
  });

  it.each([
    ['{{ .Values.nothing }}', /\.Values\.nothing, .* has no value/],
    ['{{ .Values.list }}', /is a list or a map/],
    ['{{ include "x" . }}', /do not support/],
    ['{{ if .Values.on }}', /has no \{\{ end \}\}/],
    ['{{ end }}', /do not support/],
  ])('refuses %j', async (template, message) => {
    await expect(render(template)).rejects.toThrow(message);
  });
});
