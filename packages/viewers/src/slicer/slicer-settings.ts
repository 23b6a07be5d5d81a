import { IsHttpUrl, IsScheme, Setting } from '@pacs-connectors/config-core';
import { IsDefined } from 'class-validator';

/** `slicer.archives.<connector id>`. */
export class SlicerArchive {
  @Setting({ paths: [''], description: 'DICOMweb address as the desktop sees it: url, port, context', kind: 'url' })
  @IsDefined()
  @IsHttpUrl()
  url!: string;
}

/** `slicer`. */
export class SlicerSettings {
  @Setting({ paths: ['command.protocol'], description: 'Scheme of the launch URL; default: slicer://' })
  @IsScheme()
  protocol = 'slicer://';

  @Setting({ paths: ['command.context'], description: 'Text after the scheme; default: viewer' })
  context = 'viewer';

  @Setting({
    paths: ['archives'],
    description: "Each archive's DICOMweb address as the desktop sees it, by connector id",
    kind: 'map',
    type: () => SlicerArchive,
  })
  archives: Record<string, SlicerArchive> = {};
}
