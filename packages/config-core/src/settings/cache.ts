import { IsDefined, IsInt, Max, Min, ValidateIf } from 'class-validator';
import { Setting } from '../reader/setting.js';

/** `cache`: how long manifests of launches are kept, and where replicas share them. */
export class CacheSettings {
  @Setting({
    paths: ['url'],
    description:
      'Redis that replicas share: redis://host:port, redis-sentinel://host,host/master or redis-cluster://host,host; rediss… over TLS. Default: each replica keeps its own',
    secret: true,
    format: {
      parse: (text) => (/^rediss?(-(sentinel|cluster))?:\/\/[^\s/?#]+(\/\S*)?$/.test(text) ? text : undefined),
      expected: 'redis://host:port, redis-sentinel://host,host/master or redis-cluster://host,host',
      pattern: '^\\s*rediss?(-(sentinel|cluster))?://[^\\s/?#]+(/\\S*)?\\s*$',
    },
  })
  url?: string;

  @Setting({ paths: ['password'], description: 'Password of Redis, instead of the one in the URL', secret: true })
  password?: string;

  @Setting({ paths: ['ca-file'], description: 'PEM file of the authorities that sign the certificate of Redis' })
  caFile?: string;

  @Setting({
    paths: ['encryption-key'],
    description: 'Any long text, the same in every replica, that encrypts the entries in Redis',
    secret: true,
  })
  @ValidateIf(({ url }: CacheSettings) => url !== undefined)
  @IsDefined()
  encryptionKey?: string;

  /** Milliseconds. */
  @Setting({
    paths: ['ttl'],
    description: 'How long a manifest is kept after its last use; default: 3m',
    kind: 'duration',
  })
  @Min(1)
  @Max(3_600_000)
  ttlMs: number = 180_000;

  /** Milliseconds. */
  @Setting({
    paths: ['incomplete-ttl'],
    description: 'How long a manifest is kept if the part of an archive is missing; default: 10s',
    kind: 'duration',
  })
  @Min(0)
  @Max(3_600_000)
  incompleteTtlMs: number = 10_000;

  @Setting({
    paths: ['max-mib'],
    description: 'Memory for manifests in this process, MiB; default: 256',
    kind: 'integer',
  })
  @IsInt()
  @Min(1)
  @Max(65_536)
  maxMib: number = 256;

  @Setting({
    paths: ['max-upload-mib'],
    description: 'Maximum size of an uploaded manifest, MiB; default: 8',
    kind: 'integer',
  })
  @IsInt()
  @Min(1)
  @Max(64)
  maxUploadMib: number = 8;
}
