import { type ClientCredentialsOptions } from './client-credentials.js';

/** Clients and providers of a configuration (`spring.security.oauth2.client`), by name. */
export interface RegisteredClients {
  registrations?: Readonly<
    Record<string, { clientId: string; clientSecret?: string; scope: readonly string[]; provider?: string }>
  >;
  providers?: Readonly<Record<string, Pick<ClientCredentialsOptions, 'issuerUri' | 'tokenUri'>>>;
}

/** Returns the client that is registered as `oidcId`. Its provider is the one that it names, otherwise the one of its own name. */
export function registeredClient(
  oidcId: string,
  { registrations = {}, providers = {} }: RegisteredClients = {},
): ClientCredentialsOptions {
  const registration = registrations[oidcId];
  const provider = providers[registration?.provider ?? oidcId];
  return {
    issuerUri: provider?.issuerUri,
    tokenUri: provider?.tokenUri,
    clientId: registration?.clientId ?? '',
    clientSecret: registration?.clientSecret,
    scope: registration?.scope.join(' ') || undefined,
  };
}
