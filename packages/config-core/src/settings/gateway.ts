import { IsInt, Max, Min } from 'class-validator';
import { Setting } from '../reader/setting.js';

/** `gateway.cache`: where retrieved instances are kept. */
export class GatewayCacheSettings {
  @Setting({
    paths: ['folder'],
    description: 'Folder for retrieved instances, encrypted; default: a temporary folder of the system',
  })
  folder?: string;

  @Setting({
    paths: ['max-gib'],
    description: 'Space for retrieved instances on disk, GiB; default: 4',
    kind: 'integer',
  })
  @IsInt()
  @Min(1)
  @Max(65_536)
  maxGib: number = 4;

  /** Milliseconds. */
  @Setting({
    paths: ['ttl'],
    description: 'How long a retrieved instance is kept after its last use; default: 10m',
    kind: 'duration',
  })
  @Min(1)
  @Max(86_400_000)
  ttlMs: number = 600_000;
}

/** `gateway`: one DICOMweb address for all archives. */
export class GatewaySettings {
  @Setting({
    paths: ['enabled'],
    description: 'Whether the server answers DICOMweb requests (/dicom-web, /wado) for all archives; default: false',
  })
  enabled: boolean = false;

  @Setting({
    paths: ['browse'],
    description: 'Whether DICOMweb searches need no identifier, such as the studies of a day; default: false',
  })
  browse: boolean = false;

  @Setting({ paths: ['cache'], description: 'How retrieved instances are kept', type: () => GatewayCacheSettings })
  cache: GatewayCacheSettings = new GatewayCacheSettings();
}
