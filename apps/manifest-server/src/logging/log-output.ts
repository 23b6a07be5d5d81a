import { type Writable } from 'node:stream';

/** How much may wait for a reader, bytes. A log collector that hangs must not fill the memory. */
const MOST_WAITING = 8 * 1024 * 1024;

/** The output of the log. If lines cannot be written, because a disk is full or the reader has gone or hangs, they are lost. */
export class LogOutput {
  /** Number of lines that could not be written. */
  lost = 0;

  constructor(private readonly output: Writable) {
    // Without a listener, the error would end the process.
    output.on('error', () => undefined);
  }

  write(line: string): void {
    if (this.output.writableLength > MOST_WAITING) return void this.lost++;
    try {
      this.output.write(line, (error) => {
        if (error) this.lost++;
      });
    } catch {
      // Writing to a file is synchronous, and throws on some releases of Node.js.
      this.lost++;
    }
  }
}
