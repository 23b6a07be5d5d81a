import { IsDefined, IsInt, IsOptional, Max, Min } from 'class-validator';
import { Setting } from '../reader/setting.js';
import { IsHttpUrl } from '../settings/is-http-url.js';
import { IsScheme, type KnownViewer } from '../settings/viewers.js';
import { type SettingFormat } from '../values/setting-format.js';

// Settings classes that stand for those of the viewers, whose package depends on this one.

export const sampleRelease: SettingFormat = {
  parse: (text) => (/^\d+\.\d+(?:\.\d+)?$/.test(text) ? text : undefined),
  expected: 'a release such as 4.6.6',
  pattern: '^[0-9]+\\.[0-9]+(?:\\.[0-9]+)?$',
};

const sampleHost: SettingFormat = {
  parse: (text) => /^(?:https?:\/\/)?([\w.-]+)(?::\d+)?(?:\/\S*)?$/.exec(text)?.[1],
  expected: 'a host name or address',
  pattern: '^(?:https?://)?[A-Za-z0-9_.-]+(?::[0-9]+)?(?:/\\S*)?$',
};

class SampleWeasis {
  @Setting({ paths: ['command.protocol'], description: 'Scheme' })
  @IsScheme()
  protocol = 'weasis://';

  @Setting({ paths: ['command.context'], description: 'What follows the scheme' })
  context = '';

  @Setting({ paths: ['command.config'], description: 'Command for the launch configuration' })
  config = '$weasis:config wcfg=';

  @Setting({ paths: ['command.get'], description: 'Command for the manifest' })
  get = '$dicom:get -w';

  @Setting({ paths: ['launch-configuration.url'], description: 'Address of the launch configuration' })
  @IsOptional()
  @IsHttpUrl()
  launchConfigurationUrl?: string;

  @Setting({ paths: ['oldest-release'], description: 'Oldest release', format: sampleRelease })
  oldestRelease?: string;

  @Setting({ paths: ['allow.arg'], description: 'Whether arg is allowed' })
  allowArg: boolean = false;

  @Setting({ paths: ['allow.pro'], description: 'Whether pro is allowed' })
  allowPro: boolean = true;

  @Setting({ paths: ['allow.config'], description: 'Whether config is allowed' })
  allowConfig: boolean = true;
}

class SampleOhif {
  @Setting({ paths: ['server'], description: 'Where it is served', kind: 'url' })
  @IsDefined()
  @IsHttpUrl()
  url!: string;

  @Setting({ paths: ['token-auth-query-param'], description: 'Whether the token is in the query' })
  tokenAuthQueryParam: boolean = false;
}

class SampleSlicerArchive {
  @Setting({ paths: [''], description: 'DICOMweb address', kind: 'url' })
  @IsDefined()
  @IsHttpUrl()
  url!: string;
}

class SampleSlicer {
  @Setting({ paths: ['command.protocol'], description: 'Scheme' })
  @IsScheme()
  protocol = 'slicer://';

  @Setting({ paths: ['command.context'], description: 'What follows the scheme' })
  context = 'viewer';

  @Setting({ paths: ['archives'], description: 'Archives, by id', kind: 'map', type: () => SampleSlicerArchive })
  archives: Record<string, SampleSlicerArchive> = {};
}

class SampleMicroDicomArchive {
  @Setting({ paths: ['url'], description: 'Host', format: sampleHost })
  @IsDefined()
  host!: string;

  @Setting({ paths: ['port'], description: 'Port', kind: 'integer' })
  @IsInt()
  @Min(1)
  @Max(65_535)
  port!: number;

  @Setting({ paths: ['context'], description: 'AE title' })
  @IsDefined()
  aet!: string;
}

class SampleMicroDicom {
  @Setting({ paths: ['command.protocol'], description: 'Scheme' })
  @IsScheme()
  protocol = 'microdicom://';

  @Setting({ paths: ['command.context'], description: 'What follows the scheme' })
  context = '';

  @Setting({ paths: ['archives'], description: 'Archives, by id', kind: 'map', type: () => SampleMicroDicomArchive })
  archives: Record<string, SampleMicroDicomArchive> = {};
}

const archiveUrl = 'archives.<connector id>.url';

export const sampleViewers = [
  {
    name: 'WEASIS',
    title: 'Weasis',
    settings: SampleWeasis,
    support: { severalArchives: true, filters: true, manifests: true },
  },
  { name: 'OHIF', title: 'OHIF', settings: SampleOhif, requiredKey: 'server.url' },
  { name: 'SLICER', title: '3D Slicer', settings: SampleSlicer, requiredKey: archiveUrl },
  { name: 'MICRODICOM', title: 'MicroDicom', settings: SampleMicroDicom, requiredKey: archiveUrl },
] satisfies KnownViewer[];

/** Settings by the name of the viewer. */
export interface SampleViewerSettings {
  WEASIS?: SampleWeasis;
  OHIF?: SampleOhif;
  SLICER?: SampleSlicer;
  MICRODICOM?: SampleMicroDicom;
}
