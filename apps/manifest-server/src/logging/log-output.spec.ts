import { Writable } from 'node:stream';
import { expect, it } from '@jest/globals';
import { LogOutput } from './log-output.js';
import { createLog } from './server-log.js';

it('counts lines that cannot be written, and writes the next ones', () => {
  let full = true;
  const written: string[] = [];
  const disk = new Writable();
  // A full disk fails each write, and process.stdout recovers from it.
  disk.write = ((line: string, done: (error?: Error) => void) => {
    if (!full) written.push(line);
    const error = full ? Object.assign(new Error('no space'), { code: 'ENOSPC' }) : undefined;
    if (error) disk.emit('error', error);
    done(error);
    return true;
  }) as typeof disk.write;
  const output = new LogOutput(disk);
  output.write('a');
  full = false;
  output.write('b');
  expect([output.lost, written]).toEqual([1, ['b']]);
});

it('drops lines while a reader hangs, so that the memory does not fill', () => {
  const hanging = new Writable({ write: () => undefined });
  const output = new LogOutput(hanging);
  for (let count = 0; count < 100; count++) output.write('x'.repeat(200_000));
  expect(hanging.writableLength).toBeLessThan(9_000_000);
  expect(output.lost).toBeGreaterThan(50);
});

it('loses a line without an error if writing throws, also on a terminal', async () => {
  const throwing = () => {
    const output = new Writable();
    output.write = () => {
      throw new Error('no space');
    };
    return output;
  };
  (await createLog(throwing())).error('a');
  (await createLog(Object.assign(throwing(), { isTTY: true }))).error('b');
});
