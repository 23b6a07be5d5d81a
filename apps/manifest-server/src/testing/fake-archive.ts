import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Writable } from 'node:stream';
import { Module, type Type } from '@nestjs/common';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { readConfiguration } from '@pacs-connectors/config-core';
import {
  type Connector,
  type ConnectorDefinition,
  type ConnectorPlugin,
  type ConnectorStatus,
  type SearchCriteria,
  type SearchOptions,
  type SearchResult,
} from '@pacs-connectors/connector-core';
import { ConnectorPluginProvider } from '@pacs-connectors/connector-core/nestjs';
import { ViewersModule } from '@pacs-connectors/viewers/nestjs';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { type ServerOptions } from '../boot/options.js';
import { serve } from '../server.js';

/** What an archive of type `FAKE` answers, by its id. One that is not here holds nothing. */
export const archives = new Map<string, (criteria: SearchCriteria, options: SearchOptions) => Promise<SearchResult>>();

/** How an archive is searched without an identifier, by its id. One that is not here cannot browse. */
export const browses = new Map<string, NonNullable<Connector['browse']>>();

/** How an archive sends images, by its id. One that is not here cannot. */
export const retrieves = new Map<string, NonNullable<Connector['retrieve']>>();

/** How the health check of an archive goes, by its id. One that is not here is up. */
export const checks = new Map<string, (signal: AbortSignal) => Promise<ConnectorStatus>>();

/** Ids of archives whose connectors were closed, in that order. */
export const closed: string[] = [];

class NoSettings {}

@ConnectorPluginProvider()
class FakePlugin implements ConnectorPlugin {
  readonly type: string = 'FAKE';
  readonly settings = NoSettings;

  create({ id, type }: ConnectorDefinition): Connector {
    let open = true;
    return {
      id,
      type,
      search: async (criteria, options) => {
        const result = await archives.get(id)?.(criteria, options);
        if (!open) throw new Error('it was closed while it searched');
        return result ?? { patients: [], notices: [] };
      },
      ...(browses.has(id) && { browse: (...search) => browses.get(id)!(...search) }),
      ...(retrieves.has(id) && { retrieve: (...request) => retrieves.get(id)!(...request) }),
      check: (signal) => checks.get(id)?.(signal) ?? Promise.resolve({ latencyMs: 0 }),
      close: async () => {
        open = false;
        closed.push(id);
      },
    };
  }
}

/** The same of an archive that viewers may ask by DICOMweb. */
@ConnectorPluginProvider()
class FakeWebPlugin extends FakePlugin {
  override readonly type: string = 'FAKE_WEB';
  readonly queryMode = 'DICOM_WEB';
}

@Module({ providers: [FakePlugin, FakeWebPlugin] })
export class FakeArchivesModule {}

/** A server whose configuration is `text`, with archives of type `FAKE`. */
export async function serveFakes(
  text: string,
  options: Partial<ServerOptions> = {},
  logTo?: Writable,
  rooms?: readonly Type[],
): Promise<{ app: NestFastifyApplication; url: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'manifest-server-'));
  try {
    const file = join(folder, 'connectors.yml');
    await writeFile(file, text);
    const document = await readConfiguration([file]);
    const modules = [FakeArchivesModule, ViewersModule];
    const configuration = new ServerConfiguration(document);
    const started = { configuration: [], port: 0, host: '127.0.0.1', ...options };
    const app = await serve(configuration, modules, started, logTo, rooms);
    return { app, url: await app.getUrl() };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The part of a configuration file that declares fake archives. */
export function fakes(...ids: string[]): string {
  return `connector:\n  config:\n${ids
    .map(
      (id) => `    ${id}:
      type: FAKE
      wado:
        authentication:
          basic:
            url: http://${id}.example/wado
            login: viewer
            password: pässword
`,
    )
    .join('')}`;
}

/** A patient with one study of one series and `count` instances. */
export function patientWith(study: string, count = 1, patientId = 'P1'): SearchResult {
  const instances = Array.from({ length: count }, (_, index) => ({
    sopInstanceUid: `${study}.1.${index + 1}`,
    instanceNumber: String(index + 1),
  }));
  return {
    patients: [
      {
        patientId,
        patientName: 'Doe^Jane',
        studies: [
          { studyInstanceUid: study, studyDate: '20240131', series: [{ seriesInstanceUid: `${study}.1`, instances }] },
        ],
      },
    ],
    notices: [],
  };
}
