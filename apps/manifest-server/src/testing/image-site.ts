import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Patient } from '@pacs-connectors/connector-core';
import { createDemoArchive } from '@pacs-connectors/demo-archive';
import {
  type RunningOpenId,
  type RunningOrthanc,
  type RunningTokenProxy,
  startOpenId,
  startOrthanc,
  startTokenProxy,
  temporaryFolder,
  writeDicomFiles,
} from '@pacs-connectors/test-services';
import { startServer } from '../server.js';

export const LOGIN = { user: 'viewer', password: 'sesame:4711' };
const CLIENT = { clientId: 'connectors', clientSecret: 'our-secret', scope: 'images' };

/** How a connector's images are retrieved, before it is written in a layout. */
export interface ImageAccess {
  /** By login. */
  basic?: true;
  /** By no login at all. */
  open?: true;
  /** By a token, of the registration of this name: `ours` is a token of our own, `theirs` that of the caller. */
  oauth2?: 'ours' | 'theirs';
  force?: true;
}

export const CONNECTOR_TYPES = ['DB', 'DICOM', 'DICOM_WEB'] as const;
export type ConnectorType = (typeof CONNECTOR_TYPES)[number];
export const LAYOUTS = ['first', 'second'] as const;
export type Layout = (typeof LAYOUTS)[number];
export interface ImageConnector {
  type: ConnectorType;
  layout: Layout;
  access: ImageAccess;
}

/** Where images are, and where a connector has its own settings and those of images in the second layout. */
const TYPES = {
  DB: { own: 'db-connector', images: 'wado', path: '/wado' },
  DICOM: { own: 'dicom-connector', images: 'wado', path: '/wado' },
  DICOM_WEB: { own: 'dicom-web-connector', images: 'wado-rs', path: '/dicom-web' },
} as const;
/** Debian's Orthanc does not decode the content type that Weasis sends, and takes the last one (docs/viewers.md). */
const CONTENT_TYPE = '&contentType=application/dicom';

/**
 * An archive with images. A demo database and an Orthanc with a login contain the same patients. A second Orthanc needs no login.
 * A proxy in front of the first accepts the tokens of an OpenID provider.
 */
export class ImageSite {
  private readonly servers: NestFastifyApplication[] = [];

  private constructor(
    private readonly folder: Awaited<ReturnType<typeof temporaryFolder>>,
    readonly orthanc: RunningOrthanc,
    private readonly openOrthanc: RunningOrthanc,
    readonly provider: RunningOpenId,
    private readonly proxy: RunningTokenProxy,
    private readonly database: string,
    /** A token that a caller has got from the provider himself. */
    readonly callersToken: string,
  ) {}

  static async start(patients: readonly Patient[]): Promise<ImageSite> {
    const folder = await temporaryFolder('images');
    const config = { DefaultEncoding: 'Utf8' };
    const [orthanc, openOrthanc, provider] = await Promise.all([
      startOrthanc({ dicomWeb: true, login: LOGIN, config }),
      startOrthanc({ dicomWeb: true, config }),
      startOpenId(CLIENT),
    ]);
    const accepts = (token: string) => provider.accepts(token);
    const proxy = await startTokenProxy({ target: orthanc.httpUrl, login: LOGIN, accepts });
    const files = await writeDicomFiles(join(folder.path, 'dicom'), patients);
    await Promise.all([orthanc.upload(files), openOrthanc.upload(files)]);
    const { database } = await createDemoArchive(folder.path, patients);
    return new ImageSite(folder, orthanc, openOrthanc, provider, proxy, database, await tokenOf(provider));
  }

  /** Where the images are retrieved by login, or by token. */
  baseUrl(type: ConnectorType, by: 'login' | 'token'): string {
    return (by === 'login' ? this.orthanc.httpUrl : this.proxy.url) + TYPES[type].path;
  }

  /** A connector in a configuration. */
  connector({ type, layout, access }: ImageConnector): object {
    const { own, images, path } = TYPES[type];
    const authentication = this.authentication(layout, access, path);
    const queries = this.queries(type, layout);
    const extra = type === 'DICOM_WEB' ? {} : { additionnalParameters: CONTENT_TYPE };
    return layout === 'first'
      ? { type, wado: { authentication: { ...extra, ...authentication } }, [own]: queries }
      : { type, weasis: { manifest: extra }, [own]: { ...queries, [images]: { authentication } } };
  }

  /** A DICOM_WEB connector whose searches and images are in one place, which wants a token for both. */
  connectorOfOnePlace(oauth2: 'ours' | 'theirs'): object {
    const authentication = this.authentication('second', { oauth2 }, TYPES.DICOM_WEB.path);
    return { type: 'DICOM_WEB', 'dicom-web-connector': { 'qido-rs': { authentication } } };
  }

  /** Starts a server with these connectors, and further keys; its address. It ends with the site. */
  async serve(connectors: Record<string, object>, further: object = {}): Promise<string> {
    const registration = (grant: string) => ({
      'client-id': CLIENT.clientId,
      'client-secret': CLIENT.clientSecret,
      'authorization-grant-type': grant,
      scope: CLIENT.scope,
      provider: 'idp',
    });
    const file = join(this.folder.path, `site-${this.servers.length}.yml`);
    // JSON is YAML.
    await writeFile(
      file,
      JSON.stringify({
        'spring.security.oauth2.client': {
          registration: { ours: registration('client_credentials'), theirs: registration('authorization_code') },
          provider: { idp: { 'issuer-uri': this.provider.issuer } },
        },
        connector: { config: connectors },
        ...further,
      }),
    );
    const server = await startServer({ configuration: [file], port: 0, host: '127.0.0.1' });
    this.servers.push(server);
    return server.getUrl();
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.close()));
    await Promise.allSettled([this.orthanc.stop(), this.openOrthanc.stop(), this.provider.stop(), this.proxy.stop()]);
    await this.folder.remove();
  }

  /** The images' part of a connector, in the words of a layout. */
  private authentication(layout: Layout, { basic, open, oauth2, force }: ImageAccess, path: string): object {
    const credentials = open ? {} : { login: LOGIN.user, password: LOGIN.password };
    const login = (open ? this.openOrthanc : this.orthanc).httpUrl;
    if (layout === 'first') {
      return {
        ...(force && { 'force-basic': true }),
        ...((basic || open) && { basic: { url: login + path, ...credentials } }),
        // The first layout knows no registration: the token of the request is what it means.
        ...(oauth2 && { oauth2: { url: this.proxy.url + path, ...(oauth2 === 'ours' && { 'oidc-id': oauth2 }) } }),
      };
    }
    const server = (base: string) => {
      const { hostname, port } = new URL(base);
      return { url: `http://${hostname}`, port: Number(port), context: path };
    };
    return {
      type: force || !oauth2 ? 'BASIC' : 'OAUTH2',
      ...((basic || open) && { basic: { ...credentials, server: server(login) } }),
      ...(oauth2 && { oauth2: { 'oidc-id': oauth2, server: server(this.proxy.url) } }),
    };
  }

  /** What a connector needs to ask its archive. */
  private queries(type: ConnectorType, layout: Layout): object {
    switch (type) {
      case 'DB':
        return {
          uri: `jdbc:sqlite:${this.database}`,
          query: {
            select: `SELECT p.pat_id AS "patientId", p.pat_id_issuer AS "issuerOfPatientId",
              p.pat_name AS "patientName", s.study_iuid AS "studyInstanceUid", e.series_iuid AS "seriesInstanceUid",
              i.sop_iuid AS "sopInstanceUid" FROM patient p
              JOIN study s ON s.patient_fk = p.pk JOIN series e ON e.study_fk = s.pk JOIN instance i ON i.series_fk = e.pk`,
            'patient-id-column': 'p.pat_id',
            'study-instance-uid-column': 's.study_iuid',
          },
        };
      case 'DICOM': {
        const peer = { aet: this.orthanc.aet, host: '127.0.0.1', port: this.orthanc.dicomPort };
        return layout === 'first' ? { 'calling-aet': 'US', ...peer } : { dimse: { callingAet: 'US', ...peer } };
      }
      case 'DICOM_WEB':
        return { 'qido-rs': { authentication: this.authentication('second', { basic: true }, TYPES.DICOM_WEB.path) } };
    }
  }
}

async function tokenOf(provider: RunningOpenId): Promise<string> {
  const response = await fetch(provider.tokenUri, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${CLIENT.clientId}:${CLIENT.clientSecret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

export const CLIENT_ID = CLIENT.clientId;
