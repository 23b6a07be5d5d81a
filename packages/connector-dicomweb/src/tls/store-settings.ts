import { Setting } from '@pacs-connectors/config-core';

/** A file of certificates or of a private key. */
export class StoreSettings {
  @Setting({ paths: ['url'], description: 'Path or file: URL of the store' })
  url?: string;

  @Setting({ paths: ['type'], description: 'PKCS12, JKS, JCEKS or PEM; default: auto-detected' })
  type?: string;

  @Setting({ paths: ['password'], description: 'Password of the store', secret: true })
  password?: string;
}

export class KeyStoreSettings extends StoreSettings {
  @Setting({
    paths: ['key-store-password'],
    description: 'Password of the store if it differs from password, which is then that of the key',
    secret: true,
  })
  keyStorePassword?: string;
}
