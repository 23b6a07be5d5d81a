import { Injectable } from '@nestjs/common';
import { SymmetricCipher } from '@pacs-connectors/config-core';
import { type IdentifierKind, identifierKindsOf, ViewerRegistry } from '@pacs-connectors/connector-core';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { codes } from '../errors/error-codes.js';
import { type BadEscape, type Parameter } from '../http/query-string.js';
import { BadParameters } from '../http/bad-parameters.js';
import { MAX_VALUES, readSearch, readValue, valuesOfList } from './read-search.js';
import { requireAllowed } from './require-allowed.js';
import { type Search } from './search.js';
import { SEARCH_PARAMETERS, type SearchParameter } from './search-parameters.js';
import { Unreadable } from './values.js';

const IDENTIFIERS = SEARCH_PARAMETERS.filter(({ identifies }) => identifies !== undefined);

/** Reads searches by this server's configuration: it decrypts identifiers (`cryptography`), and allows the kinds of `request.ids`. */
@Injectable()
export class Searches {
  /** Made once, since its key takes 1,024 rounds of hashing. */
  private readonly decryption: () => Decryption | undefined;

  constructor(
    private readonly configuration: ServerConfiguration,
    private readonly viewers: ViewerRegistry,
  ) {
    this.decryption = configuration.derived(({ cryptography }) => {
      if (!cryptography?.enabled) return undefined;
      const { password = '', salt, mode } = cryptography;
      const cipher = new SymmetricCipher(password, salt);
      return { readsContent: mode === 'cbc', decrypt: (hex) => cipher.decryptUntrusted(hex, mode) };
    });
  }

  /** Reads the parameters for the viewer of a request without identifiers. @throws BadParameters */
  readViewerParameters(parameters: readonly Parameter[], bad: readonly BadEscape[]): Search {
    return readSearch(parameters, bad, { needsIdentifier: false, viewers: this.viewers.names });
  }

  /** @throws BadParameters */
  read(parameters: readonly Parameter[], bad: readonly BadEscape[], { needsIdentifier = true } = {}): Search {
    const { ids } = this.configuration.global.request;
    const decryption = this.decryption();
    if (decryption) requireAllowed(kindsOf(parameters), ids);
    const plain = decryption ? decrypted(parameters, decryption) : parameters;
    const search = readSearch(plain, bad, { needsIdentifier, viewers: this.viewers.names });
    requireAllowed(identifierKindsOf(search.criteria), ids);
    return search;
  }
}

interface Decryption {
  /** Whether an identifier with a wrong content is refused like one that cannot be decrypted. */
  readsContent: boolean;
  decrypt(hex: string): { text: string; sound: boolean };
}

/** Returns the kinds of the identifiers that a request contains, before they are read. */
function kindsOf(parameters: readonly Parameter[]): IdentifierKind[] {
  const names = new Set(parameters.flatMap(([name, value]) => (value.trim() === '' ? [] : [name])));
  return IDENTIFIERS.flatMap(({ name, identifies }) => (identifies && names.has(name) ? [identifies] : []));
}

/**
 * Decrypts identifiers: each value of a list, or the list as a whole. Plain identifiers are rejected, and whatever cannot be read gets
 * the same error.
 *
 * @throws BadParameters
 */
function decrypted(parameters: readonly Parameter[], { decrypt, readsContent }: Decryption): readonly Parameter[] {
  const unsound = new Set<string>();
  const plain = parameters.flatMap(([name, value]): Parameter[] => {
    const identifier = IDENTIFIERS.find((one) => one.name === name);
    if (!identifier) return [[name, value]];
    const parts = [...new Set(value.split(',').map((part) => part.trim()))].filter((part) => part !== '');
    if (parts.length > MAX_VALUES) {
      const detail = `has ${parts.length} different values; at most ${MAX_VALUES} are allowed. Send several requests`;
      throw new BadParameters([{ parameter: name, code: codes['server.parameter.repeated'], detail }]);
    }
    return parts.map((part): Parameter => {
      const { text, sound } = decrypt(part);
      // The content is read even if the padding is wrong, so that both take the same time.
      const readable = !readsContent || isReadable(identifier, text);
      if (!sound || !readable) unsound.add(name);
      return [name, text];
    });
  });
  if (unsound.size > 0)
    throw new BadParameters(
      [...unsound].map((parameter) => ({
        parameter,
        code: codes['server.parameter.not-encrypted'],
        detail: 'is not encrypted as this server expects (cryptography)',
      })),
    );
  return plain;
}

/** Whether a text contains at least one identifier, and only such that can be read. */
function isReadable(identifier: SearchParameter, text: string): boolean {
  const values = valuesOfList(text).filter((value) => value !== '');
  if (values.length === 0 || values.length > MAX_VALUES) return false;
  try {
    for (const value of values) readValue(identifier, value);
    return true;
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return false;
  }
}
