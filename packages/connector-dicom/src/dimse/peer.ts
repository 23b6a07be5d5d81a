import { type ConnectionOptions } from 'node:tls';
import { type PeerNames } from './faults.js';
import { type InformationModel } from './library.js';

/** One peer, and how it is talked to. */
export interface Peer extends PeerNames {
  /** Which query models are negotiated; `auto`: both, of which a peer accepts what it offers. */
  informationModel: InformationModel | 'auto';
  /** TLS with these parameters; not given: none. */
  tls?: PeerTls;
  /** Time for connection, TLS and negotiation together, milliseconds. */
  connectTimeoutMs: number;
  /** Longest silence of the peer while it owes an answer, milliseconds. */
  responseTimeoutMs: number;
  /** Offers relational queries in the negotiation. */
  offerRelational: boolean;
}

export interface PeerTls extends Pick<ConnectionOptions, 'key' | 'cert' | 'ca' | 'minVersion' | 'ciphers'> {
  /** The host name must stand in the peer's certificate. */
  checkHostName: boolean;
}
