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

/** The keys of `connector` that are no connector's own. */
export class ConnectorKeys {
  @Setting({
    paths: ['connector.default'],
    description: 'Connectors to ask when a request names none; not set, or with a wrong id: all usable ones',
    kind: 'list',
  })
  defaultIds: string[] = [];

  @Setting({
    paths: ['connector.dicom-web-level-limit'],
    description: 'How deep DICOM_WEB connectors fill the manifest; not set: down to instances',
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

/** Every key that is no connector's own. What a file does not set has its default here. */
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

  @Setting({ paths: ['request'], description: 'What callers may ask by', type: () => RequestSettings })
  request: RequestSettings = new RequestSettings();

  @Setting({ paths: ['hosts'], description: 'Who may call', type: () => HostSettings })
  hosts: HostSettings = new HostSettings();

  @Setting({ paths: ['cache'], description: 'How manifests of launches are kept', type: () => CacheSettings })
  cache: CacheSettings = new CacheSettings();

  @Setting({ paths: ['health'], description: 'How archives are watched', type: () => HealthSettings })
  health: HealthSettings = new HealthSettings();

  @Setting({ paths: ['logging'], description: 'What the log says', type: () => LoggingSettings })
  logging: LoggingSettings = new LoggingSettings();

  @Setting({ paths: ['shutdown'], description: 'How the server ends', type: () => ShutdownSettings })
  shutdown: ShutdownSettings = new ShutdownSettings();
}

/** A fault in one of these must not be passed over: it would open a door, listen elsewhere, or share nothing. */
export const GUARDING_KEYS = /^(cryptography|server|request|hosts|cache)(\.|$)/i;

/** Groups of which a key that is nearly a known one is no other program's. */
export const MISSPELLED_GUARD = /^(cryptography|request|hosts)\./i;
