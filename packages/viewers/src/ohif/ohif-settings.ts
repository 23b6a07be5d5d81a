import { IsHttpUrl, Setting } from '@pacs-connectors/config-core';
import { IsDefined } from 'class-validator';

/** `ohif`. */
export class OhifSettings {
  @Setting({ paths: ['server'], description: 'Where OHIF is served: url, port, context', kind: 'url' })
  @IsDefined()
  @IsHttpUrl()
  url!: string;

  @Setting({
    paths: ['token-auth-query-param'],
    description: "Whether the caller's token is a query parameter, as older versions need it; default: false",
  })
  tokenAuthQueryParam: boolean = false;
}
