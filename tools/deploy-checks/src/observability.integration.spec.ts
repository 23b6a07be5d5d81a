import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { freePort, type RunningServer, startServer, temporaryFolder } from '@pacs-connectors/test-services';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const ALERTS = join(root, 'deploy/prometheus/alerts.yml');
const ALERT_TESTS = join(root, 'deploy/prometheus/alerts.test.yml');
const execute = promisify(execFile);

interface Panel {
  id: number;
  title: string;
  type: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { expr: string }[];
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: RunningServer;
/** Names of all series of the server, without labels. */
let series: Set<string>;
let panels: Panel[];
let variables: { name: string; definition?: string }[];

beforeAll(async () => {
  folder = await temporaryFolder('observability');
  const config = join(folder.path, 'connectors.yml');
  await writeFile(
    config,
    `connector.config.pacs:
  type: DICOM
  wado.authentication.basic.url: http://pacs.example/wado
  dicom-connector: { calling-aet: VIEWER, aet: PACS, host: 127.0.0.1, port: ${await freePort()} }
`,
  );
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  server = await startServer({
    command: process.execPath,
    args: [join(root, 'apps/manifest-server/dist/main.js'), '--connectors-config', config, '--port', String(port)],
    cwd: folder.path,
    env: { PATH: process.env['PATH'] },
    ready: async () => (await fetch(`${address}/health/ready`)).ok,
  });
  const metrics = await (await fetch(`${address}/metrics`)).text();
  series = new Set(
    [...metrics.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name, type]) =>
      type === 'histogram' ? ['_bucket', '_count', '_sum'].map((end) => name + end) : [name!],
    ),
  );
  const dashboard = JSON.parse(await readFile(join(root, 'deploy/grafana/pacs-connectors.json'), 'utf8')) as {
    panels: Panel[];
    templating: { list: typeof variables };
  };
  panels = dashboard.panels;
  variables = dashboard.templating.list;
});

afterAll(async () => {
  await server?.stop();
  await folder?.remove();
});

/** Returns the metrics in a PromQL expression, without those of Prometheus itself. */
function named(expression: string): string[] {
  return expression.match(/\b(pacs|nodejs|process)_\w+/g) ?? [];
}

const expressions = () => panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

it('the alert rules are valid, and fire when they should (promtool)', async () => {
  expect((await execute('promtool', ['check', 'rules', ALERTS])).stdout).toContain('SUCCESS');
  expect((await execute('promtool', ['test', 'rules', ALERT_TESTS])).stdout).toContain('SUCCESS');
});

it('each alert has a test in which it fires, and one in which it does not', async () => {
  const read = async (file: string) => parse(await readFile(file, 'utf8')) as unknown;
  const { groups } = (await read(ALERTS)) as { groups: { rules: { alert: string }[] }[] };
  const { tests } = (await read(ALERT_TESTS)) as {
    tests: { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[];
  };
  const shown = (fires: boolean) =>
    tests
      .flatMap(({ alert_rule_test }) => alert_rule_test)
      .filter(({ exp_alerts }) => exp_alerts.length > 0 === fires)
      .map(({ alertname }) => alertname);
  const alerts = groups.flatMap(({ rules }) => rules.map(({ alert }) => alert)).sort();
  expect([...new Set(shown(true))].sort()).toEqual(alerts);
  expect([...new Set(shown(false))].sort()).toEqual(alerts);
});

it('the alert rules name only metrics of the server', async () => {
  const { groups } = parse(await readFile(ALERTS, 'utf8')) as { groups: { rules: { expr: string }[] }[] };
  const names = groups.flatMap(({ rules }) => rules.flatMap(({ expr }) => named(expr)));
  expect(names.length).toBeGreaterThan(8);
  expect(names.filter((name) => !series.has(name))).toEqual([]);
});

it("the dashboard's queries are PromQL (promtool)", async () => {
  const rules = expressions().map((expr, at) => ({
    record: `panel:${at}`,
    expr: expr.replaceAll('$__rate_interval', '5m').replaceAll(/\$(instance|connector)/g, '.*'),
  }));
  expect(JSON.stringify(rules)).not.toContain('$');
  const file = join(folder.path, 'dashboard.yml');
  await writeFile(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
  expect((await execute('promtool', ['check', 'rules', file])).stdout).toContain(`SUCCESS: ${rules.length} rules`);
});

it('the dashboard shows only metrics of the server', () => {
  const names = [...expressions(), ...variables.map(({ definition = '' }) => definition)].flatMap(named);
  expect(names.length).toBeGreaterThan(15);
  expect(names.filter((name) => !series.has(name))).toEqual([]);
});

it('every panel of the dashboard has its own place and number', () => {
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, at) => `${x + (at % w)},${y + Math.floor(at / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
});
