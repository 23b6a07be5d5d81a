import { IsHttpUrl, IsScheme, Setting } from '@pacs-connectors/config-core';
import { IsOptional } from 'class-validator';
import { weasisRelease } from './weasis-release.js';

/** `weasis`. */
export class WeasisSettings {
  @Setting({ paths: ['command.protocol'], description: 'Scheme of the launch URL; default: weasis://' })
  @IsScheme()
  protocol = 'weasis://';

  @Setting({
    paths: ['command.context'],
    description: "Text after the scheme; '?' for portals that require weasis://?…; default: none",
  })
  context = '';

  @Setting({
    paths: ['command.config'],
    description: 'Command that passes the launch configuration; default: $weasis:config wcfg=',
  })
  config = '$weasis:config wcfg=';

  @Setting({ paths: ['command.get'], description: 'Command that opens a manifest; default: $dicom:get -w' })
  get = '$dicom:get -w';

  @Setting({
    paths: ['parts'],
    description: 'false: Weasis fetches one manifest of all archives, and waits for the slowest one; default: true',
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

  @Setting({ paths: ['allow.arg'], description: 'Whether callers may pass commands to Weasis (arg); default: false' })
  allowArg: boolean = false;

  @Setting({ paths: ['allow.pro'], description: 'Whether callers may set preferences of Weasis (pro); default: true' })
  allowPro: boolean = true;

  @Setting({
    paths: ['allow.pro-names'],
    description: 'Further names of properties that callers may pass to Weasis, such as my.option or my.*',
    kind: 'list',
  })
  allowedProperties: string[] = [];

  @Setting({
    paths: ['allow.config'],
    description: 'Whether callers may name a launch configuration (config); default: true',
  })
  allowConfig: boolean = true;
}
