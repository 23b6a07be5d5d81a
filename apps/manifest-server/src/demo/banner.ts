import { type ConnectorRegistry } from '@pacs-connectors/connector-core';
import { type DemoArchive, demoExamples } from '@pacs-connectors/demo-archive';

export interface BannerOptions {
  /** Address of the server with its context path, without a slash at its end. */
  baseUrl: string;
  registry: Pick<ConnectorRegistry, 'connectors' | 'leftOut'>;
  /** Where the demo archive is served. */
  demo?: DemoArchive;
  /** Terminal colours are wanted. */
  colours: boolean;
}

/** What is said at the start: the archives that are asked, and addresses to paste. */
export function banner({ baseUrl, registry, demo, colours }: BannerOptions): string {
  const style = colours ? ansi : plain;
  const lines = [
    '',
    style.bold('pacs-connectors') + ` serves on ${new URL(baseUrl).host}`,
    '',
    ...(demo ? demoLines(demo, baseUrl, style) : archiveLines(registry, style)),
    ...table(
      [
        ['What can be asked', `${baseUrl}/api`],
        ['Readiness', `${baseUrl}/health/ready`],
      ],
      style,
    ),
    '',
  ];
  return lines.join('\n');
}

function demoLines(demo: DemoArchive, baseUrl: string, style: Style): string[] {
  const urls = demoExamples.map(({ title, search }) => ({ title, url: `${baseUrl}/manifest?${queryOf(search)}` }));
  return [
    'No configuration is named, so this is a demo: an SQLite archive of invented patients. It holds no images: a viewer',
    'opens its manifests and then finds nothing to fetch.',
    '',
    ...table(
      urls.map(({ title, url }) => [title, url]),
      style,
    ),
    ...table([['The same as JSON', `curl -H 'Accept: application/json' '${urls[0]?.url}'`]], style),
    '',
    `How it is configured: ${demo.configuration} (removed when the server ends)`,
    'Archives of your own: CONNECTORS_CONFIG=connectors.yml npm start',
    '',
  ];
}

function archiveLines({ connectors, leftOut }: BannerOptions['registry'], style: Style): string[] {
  return [
    ...table(
      connectors.map(({ id, type }) => [`Archive ${id}`, type]),
      style,
    ),
    ...leftOut.flatMap(({ id, reasons }) => [
      `  ${style.warn(`Archive ${id} is left out:`)}`,
      ...reasons.map((reason) => `    ${reason}`),
    ]),
    '',
  ];
}

function queryOf(search: Record<string, string>): string {
  return Object.entries(search)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
}

const LABEL_WIDTH = 28;

function table(rows: string[][], style: Style): string[] {
  return rows.map(([label = '', value = '']) => `  ${style.dim(label.padEnd(LABEL_WIDTH))} ${value}`);
}

interface Style {
  bold(text: string): string;
  dim(text: string): string;
  warn(text: string): string;
}

const ansi: Style = {
  bold: (text) => `\u001b[1m${text}\u001b[22m`,
  dim: (text) => `\u001b[2m${text}\u001b[22m`,
  warn: (text) => `\u001b[33m${text}\u001b[39m`,
};

const plain: Style = { bold: (text) => text, dim: (text) => text, warn: (text) => text };
