import { type ConnectionOptions } from 'node:tls';
import { type PeerNames } from './faults.js';
import { type InformationModel } from './library.js';

/** A peer, and the parameters of its associations. */
export interface Peer extends PeerNames {
  /** The query models that are negotiated; `auto`: both. */
  informationModel: InformationModel | 'auto';
  /** The parameters of TLS. Default: plain DICOM without TLS. */
  tls?: PeerTls;
  /** Time for connection, TLS and negotiation together, milliseconds. */
  connectTimeoutMs: number;
  /** Longest silence of the peer while it owes an answer, milliseconds. */
  responseTimeoutMs: number;
  /** Whether the negotiation offers relational queries. */
  offerRelational: boolean;
}

export interface PeerTls extends Pick<ConnectionOptions, 'key' | 'cert' | 'ca' | 'minVersion' | 'ciphers'> {
  /** Whether the peer's certificate must contain the host name. */
  checkHostName: boolean;
}
