import { errorTable } from '@pacs-connectors/connector-core';

/** The errors and notices of archives that are asked by C-FIND. */
export const errors = errorTable({
  'dicom.tls.mode-missing': {
    title: 'tls.mode missing',
    meaning: 'A key store, a truststore or need-client-authentication is set, but tls.mode is not.',
    remedy: 'Set tls.mode to AES for TLS, or to false for none.',
    since: '0.2.0',
  },
  'dicom.tls.mode-rejected': {
    title: 'tls.mode rejected',
    meaning: 'The value of tls.mode is unknown, or stands for a connection that is not secure.',
    remedy: 'Set tls.mode to AES for TLS 1.2 or newer, or to false for no TLS.',
    since: '0.2.0',
  },
  'dicom.tls.key-store-missing': {
    title: 'Key store missing',
    meaning: 'The archive requires a client certificate, and no key store is set.',
    remedy: 'Set key-store.',
    since: '0.2.0',
  },
  'dicom.tls.key-store-incomplete': {
    title: 'Key store incomplete',
    meaning: 'The key store does not contain both a private key and its certificate.',
    remedy: 'Put both into it, or remove key-store if the archive requires no client certificate.',
    since: '0.2.0',
  },
});

export const { codes } = errors;
