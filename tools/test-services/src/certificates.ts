import { generateKeyPairSync } from 'node:crypto';
import forge from 'node-forge';

/** A private key and its certificate, as PEM and as objects of the library. */
export interface Identity {
  keyPem: string;
  certificatePem: string;
  key: forge.pki.rsa.PrivateKey;
  certificate: forge.pki.Certificate;
}

let serial = 1;

/** Makes a certificate for `commonName`, valid from yesterday until tomorrow, signed by `issuer` or self-signed. */
export function identity(
  commonName: string,
  issuer?: Identity,
  options: { ca?: boolean; addresses?: string[]; expired?: boolean } = {},
): Identity {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const key = forge.pki.privateKeyFromPem(privateKey) as forge.pki.rsa.PrivateKey;
  const certificate = forge.pki.createCertificate();
  const day = 86_400_000;
  certificate.publicKey = forge.pki.setRsaPublicKey(key.n, key.e);
  certificate.serialNumber = (serial++).toString(16).padStart(4, '0');
  certificate.validity.notBefore = new Date(Date.now() - 2 * day);
  certificate.validity.notAfter = new Date(Date.now() + (options.expired ? -day : day));
  certificate.setSubject([{ name: 'commonName', value: commonName }]);
  certificate.setIssuer([
    { name: 'commonName', value: issuer?.certificate.subject.getField('CN').value ?? commonName },
  ]);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: options.ca ?? false },
    ...(options.addresses
      ? [{ name: 'subjectAltName', altNames: options.addresses.map((ip) => ({ type: 7, ip })) }]
      : []),
  ]);
  certificate.sign(issuer?.key ?? key, forge.md.sha256.create());
  return { keyPem: privateKey, certificatePem: forge.pki.certificateToPem(certificate), key, certificate };
}

/** Returns key and certificates as PKCS12 with AES. */
export function pkcs12({ key, certificate }: Identity, password: string, ...others: Identity[]): Buffer {
  const chain = [certificate, ...others.map((other) => other.certificate)];
  const asn1 = forge.pkcs12.toPkcs12Asn1(key, chain, password, { algorithm: 'aes256' });
  return Buffer.from(forge.asn1.toDer(asn1).getBytes(), 'binary');
}
