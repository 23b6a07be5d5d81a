import { IsDefined, IsInt, IsOptional, Matches, Max, Min } from 'class-validator';
import { Setting } from '../reader/setting.js';
import { type SettingFormat } from '../values/setting-format.js';
import { weasisRelease } from '../values/weasis-release.js';
import { IsHttpUrl } from './is-http-url.js';

/** Checks for the beginning of a launch address: without its colon, no desktop knows which program opens it. */
function IsScheme(): PropertyDecorator {
  return Matches(/^[A-Za-z][A-Za-z0-9+.-]*:\S*$/, {
    message: 'must be a scheme with a colon, such as weasis:// or weasis:',
  });
}

/** `weasis`: the parts of the launch command. */
export class WeasisSettings {
  @Setting({ paths: ['command.protocol'], description: 'Scheme of the launch URL' })
  @IsScheme()
  protocol = 'weasis://';

  @Setting({
    paths: ['command.context'],
    description: "What follows the scheme: '?' for portals that want weasis://?…; not set: nothing",
  })
  context = '';

  @Setting({ paths: ['command.config'], description: 'Command that hands over the launch configuration' })
  config = '$weasis:config wcfg=';

  @Setting({ paths: ['command.get'], description: 'Command that opens a manifest' })
  get = '$dicom:get -w';

  @Setting({
    paths: ['parts'],
    description: 'false: Weasis fetches one manifest of all archives, and waits for the slowest one',
  })
  parts: boolean = true;

  @Setting({ paths: ['launch-configuration.url'], description: 'Address of the launch configuration (wcfg)' })
  @IsOptional()
  @IsHttpUrl()
  launchConfigurationUrl?: string;

  @Setting({
    paths: ['oldest-release'],
    description:
      'Oldest Weasis on the desktops, such as 4.6.6; before 4.7, what one DICOM_WEB archive holds is launched by launch=rs',
    format: weasisRelease,
  })
  oldestRelease?: string;

  @Setting({ paths: ['allow.arg'], description: 'Whether callers may hand commands to Weasis (arg)' })
  allowArg: boolean = false;

  @Setting({ paths: ['allow.pro'], description: 'Whether callers may hand properties to Weasis (pro)' })
  allowPro: boolean = true;

  @Setting({ paths: ['allow.config'], description: 'Whether callers may name a launch configuration (config)' })
  allowConfig: boolean = true;
}

/** `ohif`. */
export class OhifSettings {
  @Setting({ paths: ['server'], description: 'Where OHIF is served: url, port, context', kind: 'url' })
  @IsDefined()
  @IsHttpUrl()
  url!: string;

  @Setting({
    paths: ['token-auth-query-param'],
    description: "Whether the caller's token goes along as a query parameter, as it did in older versions",
  })
  tokenAuthQueryParam: boolean = false;
}

/** `slicer.archives.<connector id>`. */
export class SlicerArchive {
  @Setting({ paths: [''], description: 'DICOMweb address as the desktop sees it: url, port, context', kind: 'url' })
  @IsDefined()
  @IsHttpUrl()
  url!: string;
}

/** `slicer`. */
export class SlicerSettings {
  @Setting({ paths: ['command.protocol'], description: 'Scheme of the launch URL' })
  @IsScheme()
  protocol = 'slicer://';

  @Setting({ paths: ['command.context'], description: 'What follows the scheme' })
  context = 'viewer';

  @Setting({
    paths: ['archives'],
    description: "Each archive's DICOMweb address as the desktop sees it, by connector id",
    kind: 'map',
    type: () => SlicerArchive,
  })
  archives: Record<string, SlicerArchive> = {};
}

/** The host of `host`, `host:port`, `http://host:port/path` or `[::1]`. */
const hostFormat: SettingFormat = {
  parse(text) {
    const host = /^(?:[a-z][\w+.-]*:\/\/)?(\[[\da-f:.]+\]|[^\s/:?#@[\]]+)(?::\d+)?(?:[/?#]\S*)?$/i.exec(text);
    return host?.[1];
  },
  expected: 'a host name or address',
  pattern: '^(?:[A-Za-z][\\w+.-]*://)?(?:\\[[0-9A-Fa-f:.]+\\]|[^\\s/:?#@\\[\\]]+)(?::[0-9]+)?(?:[/?#]\\S*)?$',
};

/** `microdicom.archives.<connector id>`. */
export class MicroDicomArchive {
  @Setting({ paths: ['url'], description: 'Host of the archive as the desktop sees it', format: hostFormat })
  @IsDefined()
  host!: string;

  @Setting({ paths: ['port'], description: 'DICOM port of the archive', kind: 'integer' })
  @IsInt()
  @Min(1)
  @Max(65_535)
  port!: number;

  @Setting({ paths: ['context'], description: 'AE title of the archive' })
  @IsDefined()
  aet!: string;
}

/** `microdicom`. */
export class MicroDicomSettings {
  @Setting({ paths: ['command.protocol'], description: 'Scheme of the launch URL' })
  @IsScheme()
  protocol = 'microdicom://';

  @Setting({ paths: ['command.context'], description: 'What follows the scheme' })
  context = '';

  @Setting({
    paths: ['archives'],
    description: 'DICOM address of each archive as the desktop sees it, by connector id',
    kind: 'map',
    type: () => MicroDicomArchive,
  })
  archives: Record<string, MicroDicomArchive> = {};
}

/** The viewers; one without keys, or with faulty ones, is not set. */
export class ViewerSettings {
  @Setting({ paths: ['weasis'], description: 'Weasis: parts of the launch command', type: () => WeasisSettings })
  weasis?: WeasisSettings = new WeasisSettings();

  @Setting({ paths: ['ohif'], description: 'OHIF', type: () => OhifSettings })
  ohif?: OhifSettings;

  @Setting({ paths: ['slicer'], description: '3D Slicer', type: () => SlicerSettings })
  slicer?: SlicerSettings;

  @Setting({ paths: ['microdicom'], description: 'MicroDicom', type: () => MicroDicomSettings })
  microdicom?: MicroDicomSettings;
}
