import { Setting } from '@pacs-connectors/config-core';
import { IsInt, IsOptional, Max, Min } from 'class-validator';

/** Settings of connectors to an archive of type XDS. */
export class XdsSettings {
  @Setting({ paths: ['xds-connector.registry'], description: 'Address of the registry', kind: 'url' })
  registry!: string;

  @Setting({ paths: ['xds-connector.password'], description: 'Password', secret: true })
  password?: string;

  @Setting({ paths: ['xds-connector.pages', 'xds-connector.paging.pages'], description: 'Pages to read' })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(100)
  pages?: number;
}

/** The part of a plug-in that the check needs. connector-core has the whole contract. */
export const xdsPlugin = { type: 'XDS', settings: XdsSettings };
