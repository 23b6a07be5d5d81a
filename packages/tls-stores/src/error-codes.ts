import { errorTable } from '@pacs-connectors/connector-core';

/** The errors of key stores and truststores, and of TLS itself. */
export const errors = errorTable({
  'tls.store.unreadable': {
    title: 'Store file cannot be opened',
    meaning: 'The file of a key store or truststore is missing, or this server may not read it.',
    remedy: 'Correct the url of the store, or the permissions of the file.',
    since: '0.2.0',
  },
  'tls.store.type-unsupported': {
    title: 'Store type not supported',
    meaning: 'The store is not PKCS12, JKS, JCEKS or PEM.',
    remedy: 'Convert it to PKCS12 with Java’s keytool, or to PEM with OpenSSL.',
    since: '0.2.0',
  },
  'tls.store.encryption-unsupported': {
    title: 'Encryption of the store not supported',
    meaning: 'The store or its private key is encrypted in a way that cannot be read here.',
    remedy: 'Convert it to PKCS12 with Java’s keytool, or to PEM with OpenSSL.',
    since: '0.2.0',
  },
  'tls.store.password-wrong': {
    title: 'Password of the store wrong',
    meaning: 'The password of the store is wrong or missing.',
    remedy: 'Correct the password of the store in the configuration.',
    since: '0.2.0',
  },
  'tls.store.damaged': {
    title: 'Store damaged',
    meaning: 'The file is cut off or damaged, or it is not a store at all.',
    remedy: 'Check that the url names the right file, and copy the file again.',
    since: '0.2.0',
  },
  'tls.store.empty': {
    title: 'Store empty',
    meaning: 'The store contains no certificate and no key.',
    remedy: 'Check that the url names the right file.',
    since: '0.2.0',
  },
  'tls.key.password-wrong': {
    title: 'Password of the private key wrong',
    meaning: 'The private key in the store is encrypted, and its password is wrong or missing.',
    remedy: 'Correct the password of the key in the configuration.',
    since: '0.2.0',
  },
  'tls.key.mismatch': {
    title: 'Private key without its certificate',
    meaning: 'The private key belongs to none of the certificates in the store.',
    remedy: 'Put the certificate of the key into the store.',
    since: '0.2.0',
  },
  'tls.certificate.expired': {
    title: 'Certificate expired',
    meaning: 'The certificate of the archive has expired.',
    remedy: 'Renew the certificate of the archive.',
    since: '0.2.0',
  },
  'tls.certificate.not-yet-valid': {
    title: 'Certificate not valid yet',
    meaning: 'The certificate of the archive is not valid yet.',
    remedy: 'Check the clocks of both machines.',
    since: '0.2.0',
  },
  'tls.certificate.revoked': {
    title: 'Certificate revoked',
    meaning: 'The authority has revoked the certificate of the archive.',
    remedy: 'Renew the certificate of the archive.',
    since: '0.2.0',
  },
  'tls.certificate.untrusted': {
    title: 'Certificate not trusted',
    meaning: 'The certificate of the archive is self-signed, or from an authority that is not trusted here.',
    remedy: 'Add the certificate of the authority, or the self-signed certificate itself, to the truststore.',
    since: '0.2.0',
  },
  'tls.certificate.other-host': {
    title: 'Certificate for another host',
    meaning: 'The certificate of the archive does not contain the host name in the configuration.',
    remedy: 'Use the host name in the certificate, or renew the certificate with the configured host name.',
    since: '0.2.0',
  },
  'tls.certificate.invalid': {
    title: 'Certificate invalid',
    meaning: 'The certificate of the archive, or of its authority, breaks the rules for certificates.',
    remedy: 'Renew the certificate of the archive.',
    since: '0.2.0',
  },
  'tls.handshake.client-certificate-needed': {
    title: 'Client certificate needed',
    meaning: 'The archive requires a client certificate, or does not trust the one it received.',
    remedy: 'Set key-store, and ask the archive’s administrator to trust the issuer of its certificate.',
    since: '0.2.0',
  },
  'tls.handshake.rejected': {
    title: 'TLS handshake rejected',
    meaning: 'The archive ended the TLS handshake. The two sides may have no TLS version or cipher in common.',
    remedy: 'Check that the archive offers TLS 1.2 or newer, and whether it requires a client certificate.',
    since: '0.2.0',
  },
  'tls.peer.without-tls': {
    title: 'No TLS at this port',
    meaning: 'The archive answered the TLS handshake with data that is not TLS.',
    remedy: 'Turn TLS off for this archive, or use the port that has TLS.',
    since: '0.2.0',
  },
});

export const { codes } = errors;
