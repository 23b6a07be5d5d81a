/** A launch that a viewer cannot do: what is asked for, or a value in it. `parameter` is the request's own name for it. */
export class LaunchError extends Error {
  override readonly name = 'LaunchError';

  constructor(
    readonly parameter: string,
    message: string,
  ) {
    super(message);
  }
}
