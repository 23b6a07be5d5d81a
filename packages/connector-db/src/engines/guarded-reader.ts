import { type Duplex } from 'node:stream';

/** Reports that a driver threw while it read an answer. The server sent something that the driver does not know. */
export class UnreadableAnswerError extends Error {
  override readonly name = 'UnreadableAnswerError';

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/**
 * Returns `read` with its exceptions passed to `fail`. Drivers read answers in events of their sockets, where nothing catches an
 * exception, and it would end the process.
 */
export function guarded<Arguments extends unknown[]>(
  read: (...values: Arguments) => unknown,
  fail: (error: UnreadableAnswerError) => void,
): (...values: Arguments) => void {
  return function (this: unknown, ...values) {
    try {
      read.apply(this, values);
    } catch (error) {
      fail(new UnreadableAnswerError(error));
    }
  };
}

/** Guards each listener that a driver adds for the data of `stream`; an exception in one destroys the stream. */
export function guardData(stream: Duplex): void {
  const add = stream.on.bind(stream) as (event: string, listener: (...values: unknown[]) => void) => Duplex;
  stream.on = ((event: string, listener: (...values: unknown[]) => void) =>
    add(event, event === 'data' ? guarded(listener, (error) => stream.destroy(error)) : listener)) as Duplex['on'];
}
