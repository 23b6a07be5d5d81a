import { type ErrorCode } from '@pacs-connectors/connector-core';

/** One store of the configuration. */
export interface StoreSettings {
  /** A path or a `file:` URL. */
  url: string;
  /** `PKCS12`, `JKS`, `JCEKS` or `PEM`; auto-detected by default. The content decides where the two differ. */
  type?: string;
  /** Password of the store. */
  storePassword?: string;
  /** Password of the private key, if it has its own. */
  keyPassword?: string;
}

/** The content of a store, each part as PEM. */
export interface StoreContent {
  /** The private key, not encrypted. */
  key?: string;
  /** Certificates in the order of the store; beside a key, its own certificate comes first. */
  certificates: string[];
}

/** Says why a store cannot be used. Neither `message` nor `remedy` contains a password. */
export class StoreError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly remedy: string,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

/** Returns the command that converts a store of Java to PKCS12. */
export function conversion(path: string, type = ''): string {
  const source = type ? ` -srcstoretype ${type}` : '';
  return `Convert it: keytool -importkeystore -srckeystore ${path}${source} -destkeystore store.p12 -deststoretype PKCS12`;
}

/** Returns the error of a private key that cannot be decrypted with the given passwords. */
export function keyPasswordWrong(code: ErrorCode, path: string): StoreError {
  const message = `the password of the private key in ${path} is wrong or missing`;
  return new StoreError(code, message, 'Correct password (of the key) or key-store-password (of the store).');
}
