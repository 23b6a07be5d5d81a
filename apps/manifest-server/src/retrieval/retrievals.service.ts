import { Injectable, Logger } from '@nestjs/common';
import { type ConnectorConfiguration, type TruststoreSettings } from '@pacs-connectors/config-core';
import { type Caller, ConnectorError } from '@pacs-connectors/connector-core';
import { type AccessToken, ClientCredentials, OAuth2Error, registeredClient } from '@pacs-connectors/oauth2-client';
import { readStore, StoreError, tlsErrors } from '@pacs-connectors/tls-stores';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { codes } from '../errors/error-codes.js';
import { coded } from '../logging/coded-message.js';
import { type Retrieval, retrievalWay } from './retrieval.js';
import { tokenExpiry } from './token-expiry.js';

/** Determines how viewers fetch images, and obtains the tokens that this needs. */
@Injectable()
export class Retrievals {
  private readonly logger = new Logger('Retrieval');
  /** By `oidc-id` and truststore: connectors with the same values share a token. */
  private readonly clients: () => Map<string, ClientCredentials>;

  constructor(private readonly configuration: ServerConfiguration) {
    this.clients = configuration.derived(() => new Map<string, ClientCredentials>());
  }

  /**
   * Returns how the viewer of this caller fetches the images of a connector.
   *
   * @throws ConnectorError if it cannot; the reason of `signal` if that ends the wait for a token.
   */
  async of(connector: ConnectorConfiguration, caller: Caller, signal: AbortSignal): Promise<Retrieval> {
    const chosen = retrievalWay(connector, caller, this.configuration.global.oauth2.registrations);
    if (chosen.way === 'basic') return chosen.retrieval;
    const { baseUrl } = chosen;
    if (chosen.way === 'caller')
      return { baseUrl, bearerToken: chosen.bearerToken, expiresAt: tokenExpiry(chosen.bearerToken) };
    const { value, staleAt } = await this.ownToken(connector, chosen.oidcId, signal);
    return { baseUrl, bearerToken: value, expiresAt: Math.min(staleAt, tokenExpiry(value) ?? staleAt) };
  }

  private async ownToken(
    { id, timeoutMs, retrieval: { truststore } }: ConnectorConfiguration,
    oidcId: string,
    signal: AbortSignal,
  ): Promise<AccessToken> {
    const deadline = AbortSignal.timeout(timeoutMs);
    try {
      const clients = this.clients();
      const key = JSON.stringify([oidcId, truststore]);
      let client = clients.get(key);
      if (!client) clients.set(key, (client = this.clientOf(oidcId, truststore)));
      return await client.accessToken(AbortSignal.any([signal, deadline]));
    } catch (error) {
      if (deadline.aborted && !signal.aborted)
        throw new ConnectorError(id, 'timeout', `no token for the images of archive ${id} before the deadline`, {
          code: codes['server.retrieval.token-timeout'],
          remedy: `Check whether the OAuth 2 provider of ${oidcId} is overloaded.`,
          cause: error,
        });
      if (error instanceof StoreError)
        throw new ConnectorError(id, 'misconfigured', `truststore: ${error.message}`, {
          code: error.code,
          remedy: error.remedy,
          cause: error,
        });
      if (!(error instanceof OAuth2Error)) throw error;
      throw new ConnectorError(id, error.kind, error.message, { code: error.code, remedy: error.remedy, cause: error });
    }
  }

  /** @throws OAuth2Error (`misconfigured`), StoreError */
  private clientOf(oidcId: string, truststore?: TruststoreSettings): ClientCredentials {
    const { oauth2 } = this.configuration.global;
    const minimumLifeMs = oauth2.registrations[oidcId]?.minimumLifeMs ?? 0;
    return new ClientCredentials({
      ...registeredClient(oidcId, oauth2),
      minimumLifeMs,
      onShortLifetime: (lifetimeMs) =>
        this.logger.warn(
          coded(
            `spring.security.oauth2.client.registration.${oidcId}.minimum-life is ${minimumLifeMs / 1000}s, but the provider gives tokens of ${lifetimeMs / 1000}s. Each token is used for half of its life. Remedy: set minimum-life to at most 90% of a token's life, or let the provider give tokens with a longer life.`,
            codes['server.retrieval.token-life-short'],
          ),
        ),
      ca: truststore?.url === undefined ? undefined : certificatesOf(truststore.url, truststore),
    });
  }
}

/** @throws StoreError */
function certificatesOf(url: string, { type, password }: TruststoreSettings): string[] {
  const { certificates } = readStore({ url, type, storePassword: password });
  if (certificates.length === 0)
    throw new StoreError(
      tlsErrors.codes['tls.store.empty'],
      `the store ${url} contains no certificate`,
      'Check truststore.url.',
    );
  return certificates;
}
