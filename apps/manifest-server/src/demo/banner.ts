import { type ConnectorRegistry } from '@pacs-connectors/connector-core';
import { demoExamples, demoImage, type DemoSite } from '@pacs-connectors/demo-archive';

export interface BannerOptions {
  /** Address of the server with its context path, without a slash at the end. */
  baseUrl: string;
  registry: Pick<ConnectorRegistry, 'connectors' | 'leftOut'>;
  /** Set if the demo is served. */
  demo?: DemoSite;
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

function demoLines({ configuration, archives }: DemoSite, baseUrl: string, style: Style): string[] {
  const [first, ...others] = demoExamples.map(({ title, search }) => ({ title, query: queryOf(search) }));
  const { north, south, west } = archives;
  return [
    'This is a demo, since no configuration is set: three archives with images of invented patients, and a fourth that is down.',
    '',
    ...table(
      [
        ['Open images in Weasis', `${baseUrl}/display?${first?.query}`],
        ['An image for the browser', `${baseUrl}/wado?${queryOf(demoImage)}`],
        ...[first, ...others].map((one) => [one?.title ?? '', `${baseUrl}/manifest?${one?.query}`]),
        ['The same as JSON', `curl -H 'Accept: application/json' '${baseUrl}/manifest?${first?.query}'`],
      ],
      style,
    ),
    '',
    ...table(
      [
        ['Archive north (SQL)', `${north.wadoUrl}, C-STORE to ${north.aeTitle} at 127.0.0.1:${north.dicomPort}`],
        ['Archive south (C-FIND)', `${south.aeTitle} at 127.0.0.1:${south.dicomPort}`],
        ['Archive west (QIDO-RS)', west.dicomWebUrl],
        ['Your own DICOM files', 'npm run demo:import FOLDER'],
      ],
      style,
    ),
    '',
    `Configuration of the demo: ${configuration} (removed when the server ends)`,
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
