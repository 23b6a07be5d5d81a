import { IsDefined, IsOptional, Max, Min } from 'class-validator';
import { Setting } from '../reader/setting.js';
import { IsHttpUrl } from './is-http-url.js';

/** One client at an OpenID provider: `spring.security.oauth2.client.registration.<oidc-id>`. */
export class OAuth2Registration {
  @Setting({ paths: ['client-id'], description: 'Client ID at the provider' })
  @IsDefined()
  clientId!: string;

  @Setting({ paths: ['client-secret'], description: 'Client secret at the provider', secret: true })
  clientSecret?: string;

  @Setting({
    paths: ['authorization-grant-type'],
    description:
      'client_credentials: the server gets its own tokens; authorization_code: it forwards the token of the request',
    values: ['client_credentials', 'authorization_code'],
  })
  authorizationGrantType?: 'client_credentials' | 'authorization_code';

  @Setting({ paths: ['scope'], description: 'Scopes to request', kind: 'list' })
  scope: string[] = [];

  @Setting({
    paths: ['provider'],
    description: 'Name of the provider; default: the name of the registration',
  })
  provider?: string;

  /** Milliseconds. */
  @Setting({
    paths: ['minimum-life'],
    description:
      "Shortest remaining life of the server's token in a manifest, such as 10m; it must exceed the time of a download",
    kind: 'duration',
  })
  @Min(0)
  @Max(3_600_000)
  minimumLifeMs: number = 0;
}

/** One OpenID provider: `spring.security.oauth2.client.provider.<name>`. */
export class OAuth2Provider {
  @Setting({ paths: ['issuer-uri'], description: 'Issuer; its discovery document contains the other addresses' })
  @IsOptional()
  @IsHttpUrl()
  issuerUri?: string;

  @Setting({ paths: ['jwk-set-uri'], description: 'Keys that sign the tokens' })
  @IsOptional()
  @IsHttpUrl()
  jwkSetUri?: string;

  @Setting({ paths: ['token-uri'], description: 'Token endpoint' })
  @IsOptional()
  @IsHttpUrl()
  tokenUri?: string;

  @Setting({ paths: ['authorization-uri'], description: 'Authorization endpoint' })
  @IsOptional()
  @IsHttpUrl()
  authorizationUri?: string;
}

/** `spring.security.oauth2.client`: the clients and providers that connectors name by `oidc-id`. */
export class OAuth2Clients {
  @Setting({
    paths: ['registration'],
    description: 'Clients, by the oidc-id that connectors name',
    kind: 'map',
    type: () => OAuth2Registration,
  })
  registrations: Record<string, OAuth2Registration> = {};

  @Setting({ paths: ['provider'], description: 'Providers, by name', kind: 'map', type: () => OAuth2Provider })
  providers: Record<string, OAuth2Provider> = {};
}
