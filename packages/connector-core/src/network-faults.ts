/** What an error of a TCP connection means. */
export interface NetworkFault {
  name: 'refused' | 'lost' | 'host-unknown' | 'no-route';
  /** What is wrong, about "it", the peer: "its host name is unknown". */
  message: string;
}

const CLOSED: NetworkFault = { name: 'lost', message: 'it closed the connection before its answer was complete' };
const NO_ROUTE: NetworkFault = { name: 'no-route', message: 'there is no route to it' };
const SILENT: NetworkFault = { name: 'no-route', message: 'it does not answer' };

const FAULTS: Readonly<Record<string, NetworkFault>> = {
  ECONNREFUSED: { name: 'refused', message: 'nothing listens on this port' },
  ECONNRESET: CLOSED,
  EPIPE: CLOSED,
  UND_ERR_SOCKET: CLOSED,
  ENOTFOUND: { name: 'host-unknown', message: 'its host name is unknown' },
  EAI_AGAIN: { name: 'host-unknown', message: 'its host name cannot be resolved now' },
  EHOSTUNREACH: NO_ROUTE,
  ENETUNREACH: NO_ROUTE,
  ETIMEDOUT: SILENT,
  UND_ERR_CONNECT_TIMEOUT: SILENT,
};

/** Returns what an error of Node.js's sockets or of undici means, by its `code`; `undefined` for other errors. */
export function networkFaultOf(code: string): NetworkFault | undefined {
  return Object.hasOwn(FAULTS, code) ? FAULTS[code] : undefined;
}
