import { readStore, StoreError, type StoreSettings } from '@pacs-connectors/tls-stores';
import { codes } from '../errors/error-codes.js';
import { type PeerTls } from '../dimse/peer.js';
import { ALLOWED_MODE, ALLOWED_MODES, insecurity, isPlain } from './modes.js';

/** `tls`, `key-store` and `truststore` of one connector. */
export interface TlsSettings {
  /** `AES`, `tls` or `true`; `false` or not set: no TLS. */
  mode?: string;
  /** The peer requires a client certificate. */
  needClientAuthentication?: boolean;
  /** Whether the peer's certificate must contain its host name; by default only without a truststore. */
  hostNameCheck?: boolean;
  keyStore?: StoreSettings;
  truststore?: StoreSettings;
}

/**
 * The ciphers of the BCP 195 RFC 9325 TLS Profile (PS3.15 B.12) below TLS 1.3: forward secrecy and authenticated encryption.
 * TLS 1.3 has its own ciphers, which are all suitable.
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
 * Returns the TLS parameters of a peer with the content of its stores; `undefined` for plain DICOM.
 *
 * By default the host name is checked only without a truststore. In DICOM the truststore names the trusted devices, and their
 * certificates often contain no host name (PS3.15 B.12 leaves it open). Without a truststore any public certificate would be
 * accepted, so the name must match.
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
    const verb = given.length === 1 ? 'is' : 'are';
    throw new StoreError(
      codes['dicom.tls.mode-missing'],
      `${given.join(' and ')} ${verb} set without tls.mode`,
      remedy,
    );
  }
  if (isPlain(mode)) return undefined;
  checkMode(mode);
  const key = keyStore && readStore(keyStore);
  if (key && (!key.key || key.certificates.length === 0)) {
    throw new StoreError(
      codes['dicom.tls.key-store-incomplete'],
      `the key store ${keyStore.url} does not contain both a private key and its certificate`,
      'Put both into it, or remove key-store if the archive requires no client certificate.',
    );
  }
  if (settings.needClientAuthentication && !key) {
    throw new StoreError(
      codes['dicom.tls.key-store-missing'],
      'need-client-authentication is set without a key store',
      'Set key-store.',
    );
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
    codes['dicom.tls.mode-rejected'],
    reason ? `tls.mode ${mode} is rejected: ${reason}` : `tls.mode ${mode} is unknown`,
    `Set it to ${ALLOWED_MODES}.`,
  );
}
