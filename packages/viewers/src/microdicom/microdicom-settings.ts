import { IsScheme, Setting, type SettingFormat } from '@pacs-connectors/config-core';
import { IsDefined, IsInt, Max, Min } from 'class-validator';

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
  @Setting({ paths: ['command.protocol'], description: 'Scheme of the launch URL; default: microdicom://' })
  @IsScheme()
  protocol = 'microdicom://';

  @Setting({ paths: ['command.context'], description: 'Text after the scheme; default: none' })
  context = '';

  @Setting({
    paths: ['archives'],
    description: 'DICOM address of each archive as the desktop sees it, by connector id',
    kind: 'map',
    type: () => MicroDicomArchive,
  })
  archives: Record<string, MicroDicomArchive> = {};
}
