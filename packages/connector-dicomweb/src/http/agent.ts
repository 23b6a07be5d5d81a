import { type ConnectionOptions } from 'node:tls';
import { Agent, buildConnector } from 'undici';

/**
 * Connections to servers, over TLS with `tls`.
 *
 * With TLS 1.3 a server declines our side after the handshake, by an alert that the end of the connection follows. undici would
 * report that end in place of the alert, so a socket is closed by its first error.
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
