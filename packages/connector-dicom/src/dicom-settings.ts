import { Setting } from '@pacs-connectors/config-core';
import { isCharacterSet } from '@pacs-connectors/connector-core';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  ValidateBy,
  ValidateNested,
} from 'class-validator';
import { QUERY_CHARACTER_SETS } from './search/identifier.js';
import { ALLOWED_MODE, ALLOWED_MODES, insecurity } from './tls/modes.js';

/** Returns the paths of a setting in both layouts: `dicom-connector.host`, `dicom-connector.dimse.host`. */
function paths(...names: string[]): string[] {
  return names.flatMap((name) => [`dicom-connector.${name}`, `dicom-connector.dimse.${name}`]);
}
/** Returns the paths of TLS and its stores, which some files have beside `dicom-connector` itself. */
function tlsPaths(...names: string[]): string[] {
  return [...paths(...names), ...names];
}

/** AE (PS3.5 6.2): up to 16 characters, no backslash, no control character. */
const AE_TITLE = /^ *[\x21-\x5b\x5d-\x7e](?:[\x20-\x5b\x5d-\x7e]{0,15}) *$/;
const AE_MESSAGE = 'must be an AE title: 1 to 16 characters, no backslash';

const CHARACTER_SETS = 'a term of Specific Character Set such as ISO_IR 100, or a WHATWG name such as windows-1252';

function modeMessage(mode: string): string {
  const why = insecurity(mode);
  return `must be ${ALLOWED_MODES}${why ? `; with this mode ${why}` : ''}`;
}

/** `tls`: whether and how the connection uses TLS. */
export class DicomTlsSettings {
  @Setting({
    paths: ['mode'],
    description:
      'AES, tls or true: TLS 1.2 or newer; false: no TLS (default); anonymous, 3DES and NULL are insecure and rejected',
    nullIsText: true,
  })
  @IsOptional()
  @IsString()
  @Matches(ALLOWED_MODE, { message: ({ value }) => modeMessage(value as string) })
  mode?: string;

  @Setting({
    paths: ['need-client-authentication'],
    description: 'The archive requires a client certificate: key-store is required',
  })
  @IsOptional()
  @IsBoolean()
  needClientAuthentication?: boolean;

  @Setting({
    paths: ['host-name-check'],
    description: "Whether the archive's certificate must contain its host name; default: only without a truststore",
  })
  @IsOptional()
  @IsBoolean()
  hostNameCheck?: boolean;
}

/** `key-store` or `truststore`. */
export class StoreFileSettings {
  /** The store's address. If it is missing, the other keys have no effect. */
  @Setting({ paths: ['url'], description: 'Path or file: URL of the store' })
  @IsOptional()
  @IsString()
  url?: string;

  @Setting({ paths: ['type'], description: 'PKCS12, JKS, JCEKS or PEM; default: auto-detected' })
  @IsOptional()
  @IsString()
  type?: string;

  @Setting({
    paths: ['password'],
    description: 'Password of the store, and of a private key in it',
    secret: true,
  })
  @IsOptional()
  @IsString()
  password?: string;

  @Setting({
    paths: ['key-store-password'],
    description: 'Password of the store if it differs from password',
    secret: true,
  })
  @IsOptional()
  @IsString()
  keyStorePassword?: string;
}

/** `dicom-connector` of one connector of type `DICOM`. */
export class DicomSettings {
  @Setting({ paths: paths('calling-aet'), description: 'Our own AE title, as the archive knows it' })
  @IsString()
  @Matches(AE_TITLE, { message: AE_MESSAGE })
  callingAet!: string;

  @Setting({ paths: paths('aet'), description: "The archive's AE title" })
  @IsString()
  @Matches(AE_TITLE, { message: AE_MESSAGE })
  aet!: string;

  @Setting({ paths: paths('host'), description: 'Host name or address of the archive' })
  @IsString()
  @IsNotEmpty()
  host!: string;

  @Setting({ paths: paths('port'), description: 'DICOM port of the archive', kind: 'integer' })
  @IsInt()
  @Min(1)
  @Max(65_535)
  port!: number;

  @Setting({ paths: tlsPaths('tls'), description: 'TLS to the archive', type: () => DicomTlsSettings })
  @IsOptional()
  @ValidateNested()
  tls?: DicomTlsSettings;

  @Setting({
    paths: tlsPaths('key-store'),
    description: 'Our private key and its certificate, for archives that require a client certificate',
    type: () => StoreFileSettings,
  })
  @IsOptional()
  @ValidateNested()
  keyStore?: StoreFileSettings;

  @Setting({
    paths: tlsPaths('truststore'),
    description: "Certificates of the trusted authorities, or the archive's own self-signed certificate",
    type: () => StoreFileSettings,
  })
  @IsOptional()
  @ValidateNested()
  truststore?: StoreFileSettings;

  @Setting({
    paths: paths('information-model'),
    description:
      'Query model: study (Study Root), patient (Patient Root), auto (what the archive offers); default: auto',
  })
  @IsOptional()
  @IsIn(['auto', 'study', 'patient'])
  informationModel?: 'auto' | 'study' | 'patient';

  @Setting({
    paths: paths('relational'),
    description: 'Relational queries: auto (tested on the archive first), on, off; default: auto',
  })
  @IsOptional()
  @IsIn(['auto', 'on', 'off'])
  relational?: 'auto' | 'on' | 'off';

  @Setting({
    paths: paths('uid-lists'),
    description: 'Several UIDs in one query: auto (tested on the archive first), on, off; default: auto',
  })
  @IsOptional()
  @IsIn(['auto', 'on', 'off'])
  uidLists?: 'auto' | 'on' | 'off';

  @Setting({
    paths: paths('retrieve'),
    description:
      'How images are retrieved: auto (C-GET), c-get, wado (from the address for viewers, not by DICOM); default: auto',
  })
  @IsOptional()
  @IsIn(['auto', 'c-get', 'wado'])
  retrieve?: 'auto' | 'c-get' | 'wado';

  @Setting({
    paths: paths('max-associations'),
    description: 'Most associations to the archive at once; default: 4',
    kind: 'integer',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(64)
  maxAssociations?: number;

  @Setting({
    paths: paths('idle-timeout'),
    description: 'How long an association is kept open for the next query; default: 5 s',
    kind: 'duration',
  })
  @IsOptional()
  @Min(0)
  @Max(3_600_000)
  idleTimeoutMs?: number;

  @Setting({
    paths: paths('connect-timeout'),
    description: 'Time for connection, TLS and association together; default: 10 s',
    kind: 'duration',
  })
  @IsOptional()
  @Min(100)
  @Max(600_000)
  connectTimeoutMs?: number;

  @Setting({
    paths: paths('response-timeout'),
    description: 'Longest silence of the archive while it owes an answer; default: 60 s',
    kind: 'duration',
  })
  @IsOptional()
  @Min(100)
  @Max(3_600_000)
  responseTimeoutMs?: number;

  @Setting({
    paths: paths('echo-timeout'),
    description: 'Time for the C-ECHO of the health check; default: 5 s',
    kind: 'duration',
  })
  @IsOptional()
  @Min(100)
  @Max(600_000)
  echoTimeoutMs?: number;

  @Setting({
    paths: paths('query-character-set'),
    description: 'Specific Character Set of queries with letters beyond ASCII; default: ISO_IR 192 (UTF-8)',
  })
  @IsOptional()
  @IsIn(QUERY_CHARACTER_SETS)
  queryCharacterSet?: string;

  @Setting({
    paths: paths('default-character-set'),
    description:
      'Specific Character Set of answers that declare none; default: auto-detected (UTF-8 if valid, otherwise Latin-1)',
  })
  @IsOptional()
  @IsString()
  @ValidateBy({
    name: 'isCharacterSet',
    validator: {
      validate: (value) => typeof value === 'string' && isCharacterSet(value),
      defaultMessage: () => `must be ${CHARACTER_SETS}`,
    },
  })
  defaultCharacterSet?: string;

  @Setting({
    paths: paths('character-sets'),
    description:
      'Real character sets of mislabelled text by the declared ones: { "ISO_IR 100": windows-1252 }; terms of DICOM or WHATWG names',
    kind: 'map',
    entryFault: (_, real) => (isCharacterSet(real) ? undefined : { found: real, expected: CHARACTER_SETS }),
  })
  @IsOptional()
  characterSets?: Record<string, string>;
}
