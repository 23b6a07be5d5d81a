import { type ErrorCode } from './error-table.js';

const MARK = Symbol.for('pacs-connectors.LaunchError');

/**
 * Says why a viewer cannot open what a request names. The caller can correct it, so the server answers with 400.
 *
 * `instanceof` also recognises the errors of another copy of this package, which a viewer's package may have.
 */
export class LaunchError extends Error {
  override readonly name = 'LaunchError';
  readonly parameters: readonly string[];
  protected readonly [MARK] = true;

  /**
   * @param parameters the request's names for what is wrong: `studyUID`.
   * @param detail completes the sentence that begins with the parameter: "names 2 studies: 3D Slicer opens one". It contains
   *   no value of the request.
   * @param code of the error table of the viewer's package; by default, the server's code for invalid parameters.
   */
  constructor(
    parameters: string | readonly string[],
    readonly detail: string,
    readonly code?: ErrorCode,
  ) {
    const names = [parameters].flat();
    super(`${names.join(', ')} ${detail}`);
    this.parameters = names;
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // A subclass keeps the usual meaning of instanceof.
    if (this !== LaunchError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === 'object' && value !== null && MARK in value;
  }
}
