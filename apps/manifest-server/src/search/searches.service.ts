import { Injectable } from '@nestjs/common';
import { CipherError, SymmetricCipher } from '@pacs-connectors/config-core';
import { identifierKindsOf, ViewerRegistry } from '@pacs-connectors/connector-core';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { codes } from '../errors/error-codes.js';
import { type BadEscape, type Parameter } from '../http/query-string.js';
import { BadParameters, type ParameterError } from '../http/bad-parameters.js';
import { readSearch } from './read-search.js';
import { type Search } from './search.js';
import { parameterOf, SEARCH_PARAMETERS } from './search-parameters.js';

const IDENTIFIERS = SEARCH_PARAMETERS.filter(({ identifies }) => identifies !== undefined);

/** Reads searches by this server's configuration: it decrypts identifiers (`cryptography`), and allows the kinds of `request.ids`. */
@Injectable()
export class Searches {
  /** Made once, since its key takes 1,024 rounds of hashing. */
  private readonly decryption: () => ((hex: string) => string) | undefined;

  constructor(
    private readonly configuration: ServerConfiguration,
    private readonly viewers: ViewerRegistry,
  ) {
    this.decryption = configuration.derived(({ cryptography }) => {
      if (!cryptography?.enabled) return undefined;
      const { password = '', salt, mode } = cryptography;
      const cipher = new SymmetricCipher(password, salt);
      return (hex) => cipher.decrypt(hex, mode);
    });
  }

  /** Reads the parameters for the viewer of a request without identifiers. @throws BadParameters */
  readViewerParameters(parameters: readonly Parameter[], bad: readonly BadEscape[]): Search {
    return readSearch(parameters, bad, { needsIdentifier: false, viewers: this.viewers.names });
  }

  /** @throws BadParameters */
  read(parameters: readonly Parameter[], bad: readonly BadEscape[], { needsIdentifier = true } = {}): Search {
    const search = readSearch(this.decrypted(parameters), bad, { needsIdentifier, viewers: this.viewers.names });
    const { ids } = this.configuration.global.request;
    const forbidden = identifierKindsOf(search.criteria).filter((kind) => ids && !ids.includes(kind));
    if (forbidden.length > 0)
      throw new BadParameters(
        forbidden.map((kind) => ({
          parameter: parameterOf(kind),
          code: codes['server.parameter.not-allowed'],
          detail: 'is not allowed on this server (request.ids)',
        })),
      );
    return search;
  }

  /** Decrypts identifiers: each value of a list, or the list as a whole. If `cryptography` is on, plain identifiers are rejected. */
  private decrypted(parameters: readonly Parameter[]): readonly Parameter[] {
    const decrypt = this.decryption();
    if (!decrypt) return parameters;
    const errors: ParameterError[] = [];
    const plain = parameters.flatMap(([name, value]): Parameter[] => {
      if (!IDENTIFIERS.some((identifier) => identifier.name === name)) return [[name, value]];
      const parts = value.split(',').filter((part) => part.trim() !== '');
      return parts.map((part): Parameter => {
        try {
          return [name, decrypt(part.trim())];
        } catch (error) {
          if (!(error instanceof CipherError)) throw error;
          errors.push({
            parameter: name,
            code: codes['server.parameter.not-encrypted'],
            detail: 'is not encrypted as this server expects (cryptography)',
          });
          return [name, ''];
        }
      });
    });
    if (errors.length > 0)
      throw new BadParameters([...new Map(errors.map((error) => [error.parameter, error])).values()]);
    return plain;
  }
}
