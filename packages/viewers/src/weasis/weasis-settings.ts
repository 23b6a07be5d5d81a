import { IsHttpUrl, IsScheme, Setting } from '@pacs-connectors/config-core';
import { IsOptional } from 'class-validator';
import { weasisRelease } from './weasis-release.js';

/** `weasis`. */
export class WeasisSettings {
  @Setting({ paths: ['command.protocol'], description: 'Scheme of the launch URL' })
  @IsScheme()
  protocol = 'weasis://';

  @Setting({
    paths: ['command.context'],
    description: "Text after the scheme; '?' for portals that require weasis://?…; default: none",
  })
  context = '';

  @Setting({ paths: ['command.config'], description: 'Command that passes the launch configuration' })
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
      'Oldest Weasis on the desktops, such as 4.6.6; before 4.7, launches of one DICOM_WEB archive use launch=rs',
    format: weasisRelease,
  })
  oldestRelease?: string;

  @Setting({ paths: ['allow.arg'], description: 'Whether callers may pass commands to Weasis (arg)' })
  allowArg: boolean = false;

  @Setting({ paths: ['allow.pro'], description: 'Whether callers may pass properties to Weasis (pro)' })
  allowPro: boolean = true;

  @Setting({ paths: ['allow.config'], description: 'Whether callers may name a launch configuration (config)' })
  allowConfig: boolean = true;
}
