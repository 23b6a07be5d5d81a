import { isIP } from 'node:net';
import { type IdentifierKind } from '@pacs-connectors/connector-core';
import { IsDefined, IsInt, IsOptional, Max, Min, ValidateIf } from 'class-validator';
import { Setting } from '../reader/setting.js';
import { type SettingFormat } from '../values/setting-format.js';
import { type CipherMode, DEFAULT_SALT, hexadecimal } from '../values/cipher.js';
import { IsHttpUrl } from './is-http-url.js';

/** `cryptography.enabled`: if it is off, the rest of the group is not used. */
export class CryptographySwitch {
  @Setting({ paths: ['enabled'], description: 'Whether identifiers in requests are encrypted; default: false' })
  enabled: boolean = false;
}

/** `cryptography`: identifiers in request URLs arrive encrypted. */
export class CryptographySettings extends CryptographySwitch {
  @Setting({ paths: ['password'], description: 'Password of the encryption', secret: true })
  @ValidateIf(({ enabled }: CryptographySettings) => enabled)
  @IsDefined()
  password?: string;

  @Setting({
    paths: ['salt'],
    description: 'Salt of the encryption, hexadecimal; default: deadbeef',
    secret: true,
    format: hexadecimal,
  })
  salt: string = DEFAULT_SALT;

  @Setting({
    paths: ['mode'],
    description:
      'The only accepted encryption; default: gcm. With cbc, callers can alter an identifier without the key',
    values: ['gcm', 'cbc'],
  })
  mode: CipherMode = 'gcm';
}

/** Returns whether a text is an IP address, or a range with its prefix length. */
function isRange(text: string): boolean {
  const [address, prefix, ...rest] = text.split('/');
  const version = isIP(address!);
  if (prefix === undefined) return version > 0;
  const bits = /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
  return version > 0 && rest.length === 0 && bits <= (version === 4 ? 32 : 128);
}

const rangeFormat: SettingFormat = {
  parse: (text) => (isRange(text) ? text : undefined),
  expected: 'addresses or CIDR ranges (10.0.0.0/8)',
  pattern: '^\\s*([0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*)(/[0-9]{1,3})?\\s*$',
};

const hostFormat: SettingFormat = {
  parse(text) {
    if (text.includes('/')) return isRange(text) ? text : undefined;
    // A name of digits and dots is a mistyped address.
    return isIP(text) > 0 || (/^[\w-]+(\.[\w-]+)*\.?$/.test(text) && !/^[\d.]+$/.test(text)) ? text : undefined;
  },
  expected: 'addresses, CIDR ranges (10.0.0.0/8) or host names',
};

/** `server`: where the server listens, and how callers reach it. */
export class ServerSettings {
  @Setting({ paths: ['port'], description: 'Port to listen on; 0: any free port; default: 8080', kind: 'integer' })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(65_535)
  port?: number;

  @Setting({ paths: ['address'], description: 'Address or host name to listen on; default: 127.0.0.1' })
  address?: string;

  @Setting({ paths: ['public-url'], description: 'The address that callers and viewers use' })
  @IsOptional()
  @IsHttpUrl()
  publicUrl?: string;

  @Setting({
    paths: ['host-names'],
    description:
      'Names besides that of public-url by which callers reach the server; with one of the two keys, other public names get a 421',
    kind: 'list',
    format: hostFormat,
  })
  hostNames: string[] = [];

  @Setting({
    paths: ['trusted-proxies'],
    description: 'Proxies whose Forwarded and X-Forwarded-* headers are trusted: addresses, CIDR ranges',
    kind: 'list',
    format: rangeFormat,
  })
  trustedProxies: string[] = [];

  @Setting({
    paths: ['context-path', 'servlet.context-path'],
    description: 'Path before every route, such as /pacs-connectors',
    format: {
      parse: (text) => (/^[^\s?#]+$/.test(text) ? `/${text.replace(/^\/+|\/+$/g, '')}`.replace(/^\/$/, '') : undefined),
      expected: 'a path such as /pacs-connectors',
      pattern: '^\\s*[^\\s?#]+\\s*$',
    },
  })
  contextPath?: string;
}

const KINDS: Record<string, IdentifierKind> = {
  patientID: 'patientIds',
  studyUID: 'studyInstanceUids',
  accessionNumber: 'accessionNumbers',
  seriesUID: 'seriesInstanceUids',
  objectUID: 'sopInstanceUids',
};

/** `request`: how callers may search. Default: by everything. */
export class RequestSettings {
  @Setting({
    paths: ['ids'],
    description: 'Kinds of identifier that callers may use; default: all',
    kind: 'list',
    guard: true,
    values: KINDS,
  })
  ids?: IdentifierKind[];

  @Setting({
    paths: ['IID.level'],
    description: 'Levels at which Invoke Image Display may search; default: both',
    kind: 'list',
    guard: true,
    values: ['PATIENT', 'STUDY'],
  })
  iidLevels?: ('PATIENT' | 'STUDY')[];
}

/** `hosts`: who may call. Default: everyone. */
export class HostSettings {
  @Setting({
    paths: ['allow'],
    description: 'Addresses, CIDR ranges or host names that may call; default: all',
    kind: 'list',
    guard: true,
    format: hostFormat,
  })
  allow?: string[];
}
