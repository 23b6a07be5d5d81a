import { agentWith, type Credentials, Limiter } from '@pacs-connectors/wado-client';
import { type Dispatcher } from 'undici';
import { credentialsOf } from './access-credentials.js';
import { type DicomWebSettings } from './dicomweb-settings.js';
import { type Access } from './service-access.js';
import { tlsOptions } from './tls/tls-options.js';

/** Connections to one service, and its credentials. */
export interface ServiceConnection {
  credentials: Credentials;
  headers: Readonly<Record<string, string>> | undefined;
  /** Connections to the server, with the client certificate. */
  dispatcher: Dispatcher;
  /** Connections to other servers, which a redirect leads to. */
  foreignDispatcher: Dispatcher;
  /** Counts the requests at once. */
  limiter: Limiter;
}

/** @throws ConnectorError (`misconfigured`) if the stores or the OAuth 2 settings cannot work. */
export function connectionTo(id: string, access: Access, settings: DicomWebSettings): ServiceConnection {
  const { trust, identity } = tlsOptions(id, access.service);
  const { connections, proxy } = settings;
  const route = proxy === undefined ? 'environment' : proxy.toLowerCase() === 'none' ? 'direct' : { proxy };
  return {
    credentials: credentialsOf(id, access, settings, trust?.ca),
    headers: access.service.httpHeaders,
    dispatcher: agentWith(connections, { ...trust, ...identity }, route),
    foreignDispatcher: agentWith(connections, { ...trust }, route),
    limiter: new Limiter(connections),
  };
}
