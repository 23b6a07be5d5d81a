import { IsHttpUrl, OAuth2Clients, Setting } from '@pacs-connectors/config-core';
import { IsInt, IsOptional, Matches, Max, Min } from 'class-validator';
import { KeyStoreSettings, StoreSettings } from './tls/store-settings.js';

/** Headers that belong to the connection or to the query. */
const RESERVED_HEADERS = [
  'accept',
  'accept-encoding',
  'connection',
  'content-length',
  'host',
  'transfer-encoding',
  'upgrade',
];

function headerFault(name: string, value: string): { found: string; expected: string } | undefined {
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name))
    return { found: 'a name that is not an HTTP header', expected: 'a header name' };
  if (RESERVED_HEADERS.includes(name.toLowerCase())) {
    return { found: 'a header that the connector sets itself', expected: 'another header' };
  }
  if (/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) return undefined;
  return { found: 'a value with characters that HTTP does not allow', expected: 'a value without control characters' };
}

export class BasicAccess {
  @Setting({ paths: ['url', 'server'], description: 'Address of the DICOMweb service', kind: 'url' })
  @IsOptional()
  @IsHttpUrl()
  url?: string;

  @Setting({ paths: ['login'], description: 'User name' })
  login?: string;

  @Setting({ paths: ['password'], description: 'Password', secret: true })
  password?: string;
}

export class OAuth2Access {
  @Setting({ paths: ['url', 'server'], description: 'Address of the DICOMweb service', kind: 'url' })
  @IsOptional()
  @IsHttpUrl()
  url?: string;

  @Setting({ paths: ['oidc-id'], description: 'Name in spring.security.oauth2.client.registration' })
  oidcId?: string;
}

/** How queries are signed for AWS (Signature Version 4). */
export class AwsSettings {
  @Setting({
    paths: ['region'],
    description: 'AWS region of the service; default: from dicom-medical-imaging.REGION.amazonaws.com',
  })
  @IsOptional()
  @Matches(/^[a-z0-9-]+$/, { message: 'must be the name of an AWS region, such as us-east-1' })
  region?: string;

  @Setting({ paths: ['service'], description: 'Name of the service in signatures; default: medical-imaging' })
  @IsOptional()
  @Matches(/^[a-z0-9-]+$/, { message: 'must be the name of an AWS service, such as medical-imaging' })
  service: string = 'medical-imaging';
}

/** Address and credentials of one service: `qido-rs`, `wado-rs` or `wado-uri`, with or without the level `authentication`. */
export class ServiceAccess {
  @Setting({ paths: ['type'], description: 'The authentication that is used', values: ['BASIC', 'OAUTH2'] })
  type?: 'BASIC' | 'OAUTH2';

  @Setting({ paths: ['url', 'server'], description: 'Address of a service without authentication', kind: 'url' })
  @IsOptional()
  @IsHttpUrl()
  url?: string;

  @Setting({ paths: ['basic'], description: 'Basic authentication', type: () => BasicAccess })
  basic?: BasicAccess;

  @Setting({ paths: ['oauth2'], description: 'Bearer tokens', type: () => OAuth2Access })
  oauth2?: OAuth2Access;

  @Setting({ paths: ['key-store'], description: 'Client certificate and its key', type: () => KeyStoreSettings })
  keyStore?: KeyStoreSettings;

  @Setting({
    paths: ['truststore'],
    description: 'Certificate authorities that are trusted for the server',
    type: () => StoreSettings,
  })
  truststore?: StoreSettings;

  @Setting({
    paths: ['http-headers'],
    description: 'Headers of every query, such as an API key or a tenant',
    kind: 'map',
    secret: true,
    entryFault: headerFault,
  })
  httpHeaders?: Record<string, string>;
}

/** The settings `dicom-web-connector` of one connector of type `DICOM_WEB`, and the global keys that it needs. */
export class DicomWebSettings {
  @Setting({
    paths: ['dicom-web-connector.qido-rs.authentication', 'dicom-web-connector.qido-rs'],
    description: 'The service that is queried; default: wado-rs',
    type: () => ServiceAccess,
  })
  qidoRs?: ServiceAccess;

  @Setting({
    paths: ['dicom-web-connector.wado-rs.authentication', 'dicom-web-connector.wado-rs'],
    description: 'The service that images are retrieved from; default: qido-rs',
    type: () => ServiceAccess,
  })
  wadoRs?: ServiceAccess;

  @Setting({
    paths: ['dicom-web-connector.wado-uri.authentication', 'dicom-web-connector.wado-uri'],
    description: 'The WADO-URI service that the server retrieves images from, if the archive has no WADO-RS',
    type: () => ServiceAccess,
  })
  wadoUri?: ServiceAccess;

  @Setting({
    paths: ['/connector.dicom-web-level-limit'],
    description: 'How deep the manifest is filled; the viewer completes it. Default: down to instances',
    values: { STUDY: 'study', SERIE: 'series', SERIES: 'series' },
  })
  levelLimit?: 'study' | 'series';

  @Setting({
    paths: ['/spring.security.oauth2.client'],
    description: 'Clients and providers of OAuth 2',
    type: () => OAuth2Clients,
  })
  oauth2Clients?: OAuth2Clients;

  @Setting({
    paths: ['dicom-web-connector.aws'],
    description: 'Signs queries for AWS; default for HealthImaging, if nothing else authenticates queries',
    type: () => AwsSettings,
  })
  aws?: AwsSettings;

  @Setting({
    paths: ['dicom-web-connector.proxy'],
    description: 'URL of the HTTP proxy for queries, or none; default: HTTP_PROXY, HTTPS_PROXY and NO_PROXY',
    secret: true,
  })
  @IsOptional()
  @Matches(/^(none|https?:\/\/[^\s/?#]+\/?)$/i, { message: 'must be the http or https URL of a proxy, or none' })
  proxy?: string;

  @Setting({
    paths: ['dicom-web-connector.connections'],
    description: 'The most queries and retrievals at this server at once; default: 4',
    kind: 'integer',
  })
  @IsInt()
  @Min(1)
  @Max(64)
  connections: number = 4;

  @Setting({
    paths: ['dicom-web-connector.max-response-mib'],
    description: 'The longest answer that is read, MiB, after decompression; default: 512',
    kind: 'integer',
  })
  @IsInt()
  @Min(1)
  @Max(65_536)
  maxResponseMib: number = 512;

  @Setting({
    paths: ['dicom-web-connector.max-instances'],
    description:
      'Most results of one answer, such as the images of a study; a longer answer is missing. Default 250000',
    kind: 'integer',
  })
  @IsInt()
  @Min(1)
  @Max(10_000_000)
  maxInstances: number = 250_000;
}
