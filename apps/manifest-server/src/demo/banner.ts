import { type ConnectorRegistry } from '@pacs-connectors/connector-core';
import { type DemoArchive, demoExamples } from '@pacs-connectors/demo-archive';

export interface BannerOptions {
  /** Address of the server with its context path, without a slash at the end. */
  baseUrl: string;
  registry: Pick<ConnectorRegistry, 'connectors' | 'leftOut'>;
  /** Set if the demo archive is served. */
  demo?: DemoArchive;
  /** Whether to use terminal colours. */
  colours: boolean;
}

/** Returns the text that is printed at startup: the archives, and addresses to paste. */
export function banner({ baseUrl, registry, demo, colours }: BannerOptions): string {
  const style = colours ? ansi : plain;
  const lines = [
    '',
    style.bold('pacs-connectors') + ` serves on ${new URL(baseUrl).host}`,
    '',
    ...(demo ? demoLines(demo, baseUrl, style) : archiveLines(registry, style)),
    ...table(
      [
        ['API', `${baseUrl}/api`],
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
    'This is a demo, since no configuration is set: an SQLite archive with invented patients and without images. A viewer',
    'opens its manifests but finds no images to fetch.',
    '',
    ...table(
      urls.map(({ title, url }) => [title, url]),
      style,
    ),
    ...table([['The same as JSON', `curl -H 'Accept: application/json' '${urls[0]?.url}'`]], style),
    '',
    `Configuration of the demo: ${demo.configuration} (removed when the server ends)`,
    'Your own archives: CONNECTORS_CONFIG=connectors.yml npm start',
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
