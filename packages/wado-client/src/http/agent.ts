import { type ConnectionOptions } from 'node:tls';
import { buildConnector, type Dispatcher, EnvHttpProxyAgent } from 'undici';

/** How requests get to servers: by the proxies of the environment (default), by one proxy, or directly. */
export type Route = 'environment' | 'direct' | { proxy: string };

/**
 * Makes connections to servers, over TLS with `tls`.
 *
 * The environment names proxies by `HTTP_PROXY` and `HTTPS_PROXY`, and exceptions by `NO_PROXY`, in upper or lower case.
 *
 * With TLS 1.3, a server refuses our certificate after the handshake: it sends an alert and closes the connection. undici would
 * report the close instead of the alert, so the first error closes the socket.
 */
export function agentWith(
  connections: number,
  tls: Pick<ConnectionOptions, 'ca' | 'cert' | 'key'>,
  route: Route = 'environment',
): Dispatcher {
  const open = buildConnector({ ...tls, allowH2: true });
  return new EnvHttpProxyAgent({
    connections,
    allowH2: true,
    connect: (options, callback) =>
      open(options, (...opened) => {
        const [, socket] = opened;
        socket?.once('error', (error) => socket.destroy(error));
        callback(...opened);
      }),
    requestTls: tls,
    proxyTls: tls.ca ? { ca: tls.ca } : undefined,
    ...(route === 'direct' && { httpProxy: '', httpsProxy: '' }),
    ...(typeof route === 'object' && { httpProxy: route.proxy, httpsProxy: route.proxy, noProxy: '' }),
  });
}
