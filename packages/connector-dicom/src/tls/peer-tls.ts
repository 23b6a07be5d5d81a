import { readStore, StoreError, type StoreSettings } from '@pacs-connectors/tls-stores';
import { type PeerTls } from '../dimse/peer.js';
import { ALLOWED_MODE, ALLOWED_MODES, insecurity, isPlain } from './modes.js';

/** `tls`, `key-store` and `truststore` of one connector. */
export interface TlsSettings {
  /** `AES`, `tls` or `true`; `false` or not set: no TLS. */
  mode?: string;
  /** The peer wants a client certificate. */
  needClientAuthentication?: boolean;
  /** Whether the host name must stand in the peer's certificate; not set: where no truststore says whom to trust. */
  hostNameCheck?: boolean;
  keyStore?: StoreSettings;
  truststore?: StoreSettings;
}

/**
 * The ciphers of the BCP 195 RFC 9325 TLS Profile (PS3.15 B.12) below TLS 1.3: forward secrecy and authenticated encryption.
 * TLS 1.3 has its own, all of them good.
 */
const CIPHERS = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'DHE-RSA-AES256-GCM-SHA384',
  'DHE-RSA-AES128-GCM-SHA256',
].join(':');

/**
 * Returns the TLS parameters of a peer, its stores read; `undefined` for plain DICOM.
 *
 * The host name is not checked where a truststore is configured, unless that is asked for: in DICOM the truststore names the
 * devices that are trusted, and their certificates often hold no host name (PS3.15 B.12 leaves it open). Without one, any
 * public certificate would do, so there the name has to be right.
 *
 * @throws StoreError
 */
export function peerTls(settings: TlsSettings): PeerTls | undefined {
  const { mode, keyStore, truststore } = settings;
  if (mode === undefined) {
    const given = [
      keyStore && 'key-store',
      truststore && 'truststore',
      settings.needClientAuthentication && 'need-client-authentication',
    ].filter(Boolean);
    if (given.length === 0) return undefined;
    const remedy = 'Set tls.mode to AES for TLS, or to false for none.';
    throw new StoreError(`${given.join(' and ')} without tls.mode`, remedy);
  }
  if (isPlain(mode)) return undefined;
  checkMode(mode);
  const key = keyStore && readStore(keyStore);
  if (key && (!key.key || key.certificates.length === 0)) {
    throw new StoreError(
      `the key store ${keyStore.url} needs a private key and its certificate`,
      'Put both in, or remove key-store where the archive wants no client certificate.',
    );
  }
  if (settings.needClientAuthentication && !key) {
    throw new StoreError('need-client-authentication without a key store', 'Set key-store.');
  }
  const trusted = truststore && readStore(truststore).certificates;
  return {
    minVersion: 'TLSv1.2',
    ciphers: CIPHERS,
    checkHostName: settings.hostNameCheck ?? !trusted,
    ...(key?.key ? { key: key.key, cert: key.certificates.join('\n') } : {}),
    ...(trusted ? { ca: trusted } : {}),
  };
}

function checkMode(mode: string): void {
  if (ALLOWED_MODE.test(mode)) return;
  const reason = insecurity(mode);
  throw new StoreError(
    reason ? `tls.mode ${mode} is refused: ${reason}` : `tls.mode ${mode} is not known`,
    `Set it to ${ALLOWED_MODES}.`,
  );
}
