import { Setting } from '@pacs-connectors/config-core';

/** A file of certificates or of a private key: PEM or PKCS12. */
export class StoreSettings {
  @Setting({ paths: ['url'], description: 'Path or file: URL of the store' })
  url?: string;

  @Setting({ paths: ['type'], description: 'PEM or PKCS12; default: detected by the content' })
  type?: string;

  @Setting({ paths: ['password'], description: 'Password of the store', secret: true })
  password?: string;
}

export class KeyStoreSettings extends StoreSettings {
  @Setting({
    paths: ['key-store-password'],
    description: 'Password of a PKCS12 store if it differs from that of its key (password)',
    secret: true,
  })
  keyStorePassword?: string;
}
