import { Max, Min } from 'class-validator';
import { Setting, type SettingsClass } from '../reader/setting.js';
import { CacheSettings } from './cache.js';
import { GatewaySettings } from './gateway.js';
import { CryptographySettings, HostSettings, RequestSettings, ServerSettings } from './guards.js';
import { HealthSettings } from './health.js';
import { LoggingSettings } from './logging.js';
import { OAuth2Clients } from './oauth2-clients.js';
import { ShutdownSettings } from './shutdown.js';
import {
  type KnownViewer,
  NoViewers,
  selectionOf,
  type SettingsOfViewers,
  settingsOfViewers,
  ViewerSelection,
} from './viewers.js';

const MAXIMUM_TIMEOUT_MS = 3_600_000;

/** The keys of `connector` that apply to all connectors. */
export class ConnectorKeys {
  @Setting({
    paths: ['connector.default'],
    description: 'Connectors to search if a request names none; default, also for a wrong id: all usable connectors',
    kind: 'list',
  })
  defaultIds: string[] = [];

  @Setting({
    paths: ['connector.dicom-web-level-limit'],
    description: 'Deepest level that DICOM_WEB connectors list in the manifest; default: instances',
    values: { STUDY: 'study', SERIE: 'series', SERIES: 'series' },
  })
  dicomWebLevelLimit?: 'study' | 'series';

  @Setting({
    paths: ['connector.plugins'],
    description: 'Packages that add archive protocols and viewers',
    kind: 'list',
  })
  plugins: string[] = [];

  /** Milliseconds. */
  @Setting({
    paths: ['connector.timeout'],
    description: 'Deadline of each connector, such as 20s or 500ms; Weasis needs at most 27s; default: 25s',
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

  @Setting({ paths: [''], description: 'Settings of each viewer', type: () => NoViewers })
  viewerSettings: SettingsOfViewers = {};

  @Setting({ paths: ['viewers'], description: 'Which viewer opens what', type: () => ViewerSelection })
  viewers: ViewerSelection = new ViewerSelection();

  @Setting({ paths: ['server'], description: 'Where the server listens', type: () => ServerSettings })
  server: ServerSettings = new ServerSettings();

  @Setting({ paths: ['request'], description: 'How callers may search', type: () => RequestSettings })
  request: RequestSettings = new RequestSettings();

  @Setting({ paths: ['hosts'], description: 'Who may call', type: () => HostSettings })
  hosts: HostSettings = new HostSettings();

  @Setting({ paths: ['cache'], description: 'How manifests of launches are kept', type: () => CacheSettings })
  cache: CacheSettings = new CacheSettings();

  @Setting({ paths: ['gateway'], description: 'DICOMweb for all archives', type: () => GatewaySettings })
  gateway: GatewaySettings = new GatewaySettings();

  @Setting({ paths: ['health'], description: 'How archives are watched', type: () => HealthSettings })
  health: HealthSettings = new HealthSettings();

  @Setting({ paths: ['logging'], description: 'Content of the log', type: () => LoggingSettings })
  logging: LoggingSettings = new LoggingSettings();

  @Setting({ paths: ['shutdown'], description: 'How the server shuts down', type: () => ShutdownSettings })
  shutdown: ShutdownSettings = new ShutdownSettings();
}

/** By the list of viewers: a configuration that is read again has the same class, and can be compared. */
const classes = new WeakMap<readonly KnownViewer[], SettingsClass<GlobalConfiguration>>();

/** Returns the class of all keys outside of connectors, with the settings of these viewers. */
export function globalConfiguration(viewers: readonly KnownViewer[]): SettingsClass<GlobalConfiguration> {
  if (viewers.length === 0) return GlobalConfiguration;
  const known = classes.get(viewers);
  if (known) return known;
  const [Settings, Selection] = [settingsOfViewers(viewers), selectionOf(viewers)];
  class Configuration extends GlobalConfiguration {
    override viewerSettings: SettingsOfViewers = new Settings();
    override viewers = new Selection();
  }
  Setting({ paths: [''], description: 'Settings of each viewer', type: () => Settings })(
    Configuration.prototype,
    'viewerSettings',
  );
  Setting({ paths: ['viewers'], description: 'Which viewer opens what', type: () => Selection })(
    Configuration.prototype,
    'viewers',
  );
  classes.set(viewers, Configuration);
  return Configuration;
}

/** Keys whose errors stop the server: it would let others in, listen elsewhere, or share nothing with its replicas. */
export const FATAL_KEYS = /^(cryptography|server|request|hosts|cache|gateway)(\.|$)/i;

/** Groups in which an unknown key is a misspelled one, not that of another program. */
export const CLOSED_GROUPS = /^(cryptography|request|hosts|gateway)\./i;
