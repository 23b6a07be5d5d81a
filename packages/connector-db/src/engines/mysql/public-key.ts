/** Reports that the login needs the server's public key, which the JDBC URL does not allow to request. */
export class PublicKeyNotAllowedError extends Error {
  override readonly name = 'PublicKeyNotAllowedError';
}

type Login = (data: Buffer) => unknown;

/** Packets by which caching_sha2_password and sha256_password request the key. */
const KEY_REQUESTS = [Buffer.from([2]), Buffer.from([1])];

/**
 * Lets a connection of mysql2 fail instead of requesting the server's public key, with which it would encrypt the password. An attacker
 * between could send a key of his own, and would then read the password.
 */
export function denyPublicKeyRequest(connection: object): void {
  let login: Login | undefined;
  Object.defineProperty(connection, '_authPlugin', {
    get: () => login,
    set(plugin: Login | undefined) {
      login = plugin && withoutKeyRequest(plugin);
    },
  });
}

function withoutKeyRequest(plugin: Login): Login {
  return async (data) => {
    const reply = await plugin(data);
    if (Buffer.isBuffer(reply) && KEY_REQUESTS.some((request) => request.equals(reply))) {
      throw new PublicKeyNotAllowedError();
    }
    return reply;
  };
}
