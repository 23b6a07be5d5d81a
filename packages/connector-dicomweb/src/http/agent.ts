import { type ConnectionOptions } from 'node:tls';
import { Agent, buildConnector } from 'undici';

/**
 * Makes connections to servers, over TLS with `tls`.
 *
 * With TLS 1.3, a server refuses our certificate after the handshake: it sends an alert and closes the connection. undici would
 * report the close instead of the alert, so the first error closes the socket.
 */
export function agentWith(connections: number, tls: Pick<ConnectionOptions, 'ca' | 'cert' | 'key'>): Agent {
  const open = buildConnector({ ...tls, allowH2: true });
  return new Agent({
    connections,
    allowH2: true,
    connect: (options, callback) =>
      open(options, (...opened) => {
        const [, socket] = opened;
        socket?.once('error', (error) => socket.destroy(error));
        callback(...opened);
      }),
  });
}
