import { IsHttpUrl, OAuth2Clients, Setting } from '@pacs-connectors/config-core';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { KeyStoreSettings, StoreSettings } from './tls/store-settings.js';

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

/** Address and credentials of one DICOMweb service: `qido-rs` or `wado-rs`, with or without the level `authentication`. */
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
    description: 'The service that the viewer retrieves images from; default: qido-rs',
    type: () => ServiceAccess,
  })
  wadoRs?: ServiceAccess;

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
    paths: ['dicom-web-connector.connections'],
    description: 'The most queries to this server at once; default: 4',
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
}
