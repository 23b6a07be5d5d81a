import { createRequire } from 'node:module';
import { type Duplex } from 'node:stream';
import { guardData } from '../guarded-reader.js';

/** The part of node-oracledb's connection that reads answers. */
interface ProtocolConnection {
  stream: Duplex;
  startRead: (() => void) & { guarded?: true };
}

/**
 * Makes a connection fail if node-oracledb cannot read an answer. By default, an exception in the listener of its socket would end the
 * process. This function does nothing if the driver has another structure.
 */
export function guardAnswers(): void {
  const prototype = connectionPrototype();
  if (!prototype || prototype.startRead.guarded) return;
  const { startRead } = prototype;
  const start: ProtocolConnection['startRead'] = function (this: ProtocolConnection) {
    guardData(this.stream);
    startRead.call(this);
  };
  prototype.startRead = Object.assign(start, { guarded: true as const });
}

function connectionPrototype(): ProtocolConnection | undefined {
  try {
    const require = createRequire(import.meta.url);
    const NetworkConnection = require('oracledb/lib/thin/sqlnet/ntTcp.js') as { prototype: ProtocolConnection };
    return typeof NetworkConnection.prototype.startRead === 'function' ? NetworkConnection.prototype : undefined;
  } catch {
    return undefined;
  }
}
