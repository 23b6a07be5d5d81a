import { Max, Min } from 'class-validator';
import { Setting } from '../reader/setting.js';
import { CacheSettings } from './cache.js';
import { CryptographySettings, HostSettings, RequestSettings, ServerSettings } from './guards.js';
import { HealthSettings } from './health.js';
import { LoggingSettings } from './logging.js';
import { OAuth2Clients } from './oauth2-clients.js';
import { ShutdownSettings } from './shutdown.js';
import { ViewerSettings } from './viewers.js';

const MAXIMUM_TIMEOUT_MS = 3_600_000;

/** The keys of `connector` that apply to all connectors. */
export class ConnectorKeys {
  @Setting({
    paths: ['connector.default'],
    description: 'Connectors to search when a request names none; default, and with a wrong id: all usable ones',
    kind: 'list',
  })
  defaultIds: string[] = [];

  @Setting({
    paths: ['connector.dicom-web-level-limit'],
    description: 'Deepest level that DICOM_WEB connectors list in the manifest; default: instances',
    values: { STUDY: 'study', SERIE: 'series', SERIES: 'series' },
  })
  dicomWebLevelLimit?: 'study' | 'series';

  @Setting({ paths: ['connector.plugins'], description: 'Packages that add archive languages', kind: 'list' })
  plugins: string[] = [];

  /** Milliseconds. */
  @Setting({
    paths: ['connector.timeout'],
    description: 'Deadline of each connector, at most 27s for Weasis: 20s, 500ms; default: 25s',
    kind: 'duration',
  })
  @Min(1)
  @Max(MAXIMUM_TIMEOUT_MS)
  timeoutMs: number = 25_000;
}

/** All keys outside of connectors, with their defaults. */
export class GlobalConfiguration extends ConnectorKeys {
  @Setting({
    paths: ['cryptography'],
    description: 'Encrypted identifiers in requests',
    type: () => CryptographySettings,
  })
  cryptography?: CryptographySettings;

  @Setting({
    paths: ['spring.security.oauth2.client'],
    description: 'OAuth 2 clients and providers',
    type: () => OAuth2Clients,
  })
  oauth2: OAuth2Clients = new OAuth2Clients();

  @Setting({ paths: [''], description: 'Viewers to launch', type: () => ViewerSettings })
  viewers: ViewerSettings = new ViewerSettings();

  @Setting({ paths: ['server'], description: 'Where the server listens', type: () => ServerSettings })
  server: ServerSettings = new ServerSettings();

  @Setting({ paths: ['request'], description: 'How callers may search', type: () => RequestSettings })
  request: RequestSettings = new RequestSettings();

  @Setting({ paths: ['hosts'], description: 'Who may call', type: () => HostSettings })
  hosts: HostSettings = new HostSettings();

  @Setting({ paths: ['cache'], description: 'How manifests of launches are kept', type: () => CacheSettings })
  cache: CacheSettings = new CacheSettings();

  @Setting({ paths: ['health'], description: 'How archives are watched', type: () => HealthSettings })
  health: HealthSettings = new HealthSettings();

  @Setting({ paths: ['logging'], description: 'Content of the log', type: () => LoggingSettings })
  logging: LoggingSettings = new LoggingSettings();

  @Setting({ paths: ['shutdown'], description: 'How the server shuts down', type: () => ShutdownSettings })
  shutdown: ShutdownSettings = new ShutdownSettings();
}

/** Keys whose errors stop the server: it would let others in, listen elsewhere, or share nothing with its replicas. */
export const GUARDING_KEYS = /^(cryptography|server|request|hosts|cache)(\.|$)/i;

/** Groups in which an unknown key is a misspelled one, not that of another program. */
export const MISSPELLED_GUARD = /^(cryptography|request|hosts)\./i;
