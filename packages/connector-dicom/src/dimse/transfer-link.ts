import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import {
  acceptedContexts,
  associateRequest,
  maximumLength,
  pduOf,
  type ProposedContext,
  type TransferContext,
} from './associate.js';
import { type DataSet, type Element, readDataSet, writeDataSet } from './data-set.js';
import { aborted, type DimseError } from './dimse-error.js';
import * as faults from './faults.js';
import { type Peer } from './peer.js';
import { PduType, type PresentationDataValue, presentationDataValues } from './pdu.js';

/** Far above the length that is negotiated, bytes. */
const LONGEST_PDU = 4 * 1024 * 1024;
/** Far above the size of a command set, bytes. */
const LONGEST_COMMAND = 1024 * 1024;
/** How long the other side may take to close the connection after A-RELEASE, milliseconds. */
const RELEASE_TIMEOUT_MS = 2_000;

const DATA_SET_TYPE = 0x00000800;
const NO_DATA_SET = 0x0101;

/** A command set, and the presentation context that it came in. */
export interface Command {
  contextId: number;
  set: DataSet;
  /** Whether a data set follows, which must be read before the next command. */
  hasDataSet: boolean;
}

/** The peer's names, and its longest silence. */
type LinkPeer = Pick<Peer, 'callingAeTitle' | 'calledAeTitle' | 'host' | 'port' | 'tls' | 'responseTimeoutMs'>;

/**
 * One association that transfers instances. It reads from the connection only what is asked for, so a slow reader slows down the
 * archive, and at most one PDU is in memory.
 */
export class TransferLink {
  private readonly chunks: AsyncIterator<Buffer>;
  private received: Buffer = Buffer.alloc(0);
  private readonly values: PresentationDataValue[] = [];
  private failure: DimseError | undefined;
  contexts: ReadonlyMap<number, TransferContext> = new Map();
  /** The longest PDU that the other side receives, bytes. */
  maxLength = 16_384;

  constructor(
    private readonly socket: Socket | TLSSocket,
    private readonly peer: LinkPeer,
  ) {
    socket.setNoDelay(true);
    socket.on('error', (error) => (this.failure ??= faults.connectionError(peer, error)));
    this.chunks = (socket as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  }

  /**
   * Connects to a peer and proposes `proposed`.
   *
   * @param signal ends the connection, now or later.
   * @throws DimseError
   */
  static async open(peer: Peer, proposed: readonly ProposedContext[], signal: AbortSignal): Promise<TransferLink> {
    const timeout = AbortSignal.timeout(peer.connectTimeoutMs);
    const socket = await connected(peer, timeout, signal);
    const link = new TransferLink(socket, peer);
    const onTimeout = () => link.fail(faults.associationTimeout(peer, peer.connectTimeoutMs));
    timeout.addEventListener('abort', onTimeout);
    link.endWith(signal);
    try {
      await link.write(associateRequest(peer, proposed));
      const answer = await link.readPdu('negotiation');
      if (answer[0] === PduType.associateReject) {
        throw faults.rejection(peer, answer[7] ?? 0, answer[8] ?? 0, answer[9] ?? 0);
      }
      if (answer[0] !== PduType.associateAccept) throw faults.notDicom(peer, answer[0] ?? 0);
      link.contexts = new Map(acceptedContexts(answer, proposed).map((context) => [context.id, context]));
      link.maxLength = maximumLength(answer);
      return link;
    } catch (error) {
      link.abort();
      throw error;
    } finally {
      timeout.removeEventListener('abort', onTimeout);
    }
  }

  /** Ends the connection when `signal` aborts. */
  endWith(signal: AbortSignal): void {
    const onAbort = () => {
      this.failure ??= aborted(signal);
      this.abort();
    };
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort);
    this.socket.once('close', () => signal.removeEventListener('abort', onAbort));
  }

  /** Returns the next command. @returns `undefined` if the other side releases the association. */
  async readCommand(): Promise<Command | undefined> {
    const parts: Buffer[] = [];
    let size = 0;
    for (;;) {
      const value = await this.nextValue();
      if (!value) return undefined;
      if (!value.isCommand) throw this.malformed('a data set without its command');
      parts.push(value.value);
      size += value.value.length;
      if (size > LONGEST_COMMAND) throw this.malformed('a command that is too long');
      if (!value.isLast) continue;
      const set = this.parsed(() => readDataSet(Buffer.concat(parts), false));
      const hasDataSet = numberOf(set, DATA_SET_TYPE) !== NO_DATA_SET;
      return { contextId: value.presentationContextId, set, hasDataSet };
    }
  }

  /** Yields the fragments of the data set that follows a command. */
  async *readDataSet(): AsyncGenerator<Buffer, void> {
    for (;;) {
      const value = await this.nextValue();
      if (!value) throw faults.connectionClosed(this.peer, 'query', !!this.peer.tls);
      if (value.isCommand) throw this.malformed('a command instead of a data set');
      yield value.value;
      if (value.isLast) return;
    }
  }

  /** Receives the data set that follows a command, and drops it. */
  async skipDataSet(): Promise<void> {
    const fragments = this.readDataSet();
    while (!(await fragments.next()).done);
  }

  /** Sends a command, and its data set if it has one. */
  async send(contextId: number, command: readonly Element[], dataSet?: Buffer): Promise<void> {
    await this.write(
      Buffer.concat([
        ...this.fragments(contextId, commandSet(command, dataSet !== undefined), true),
        ...(dataSet ? this.fragments(contextId, dataSet, false) : []),
      ]),
    );
  }

  /** Releases the association; resolves when the connection is closed. */
  async release(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.socket.once('close', () => resolve()));
    if (this.socket.destroyed) return;
    const timer = setTimeout(() => this.socket.destroy(), RELEASE_TIMEOUT_MS);
    this.socket.write(pduOf(PduType.releaseRequest, Buffer.alloc(4)));
    try {
      while ((await this.readPdu('query'))[0] !== PduType.releaseResponse);
    } catch {
      // It is closed all the same.
    }
    this.socket.destroy();
    await closed;
    clearTimeout(timer);
  }

  /** Sends A-ABORT and closes the connection. */
  abort(): void {
    if (this.socket.destroyed) return;
    this.socket.end(pduOf(PduType.abort, Buffer.from([0, 0, 0, 0])));
    this.socket.destroySoon();
    const timer = setTimeout(() => this.socket.destroy(), RELEASE_TIMEOUT_MS);
    this.socket.once('close', () => clearTimeout(timer));
    this.socket.resume();
  }

  /** Resolves when the connection is closed. */
  get closed(): Promise<void> {
    if (this.socket.closed) return Promise.resolve();
    return new Promise((resolve) => this.socket.once('close', () => resolve()));
  }

  /** Returns the next PDU. @throws DimseError if there is none, or it is an A-ABORT. */
  async readPdu(during: 'negotiation' | 'query'): Promise<Buffer> {
    const type = (await this.bytes(6, during))[0] as number;
    if (type < PduType.associateRequest || type > PduType.abort) {
      throw during === 'query' ? faults.unreadable(this.peer) : faults.notDicom(this.peer, type);
    }
    const length = this.received.readUInt32BE(2);
    if (length > LONGEST_PDU) throw faults.unreadable(this.peer);
    const pdu = await this.bytes(6 + length, during);
    this.received = this.received.subarray(6 + length);
    if (type === PduType.abort) throw faults.abortion(this.peer, pdu[8] ?? 0, pdu[9] ?? 0, false);
    return pdu;
  }

  async write(bytes: Buffer): Promise<void> {
    if (this.failure) throw this.failure;
    if (this.socket.write(bytes)) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        this.socket.off('drain', done);
        this.socket.off('close', done);
        resolve();
      };
      this.socket.on('drain', done);
      this.socket.on('close', done);
    });
  }

  private async nextValue(): Promise<PresentationDataValue | undefined> {
    for (;;) {
      const value = this.values.shift();
      if (value) return value;
      const pdu = await this.readPdu('query');
      if (pdu[0] === PduType.releaseRequest) {
        await this.write(pduOf(PduType.releaseResponse, Buffer.alloc(4)));
        return undefined;
      }
      if (pdu[0] !== PduType.data) throw faults.unreadable(this.peer);
      this.values.push(...this.parsed(() => [...presentationDataValues(pdu)]));
    }
  }

  /** Returns the first `length` received bytes, and at least these are then in `received`. */
  private async bytes(length: number, during: 'negotiation' | 'query'): Promise<Buffer> {
    const parts = [this.received];
    let size = this.received.length;
    while (size < length) {
      const chunk = await this.nextChunk(during);
      parts.push(chunk);
      size += chunk.length;
    }
    if (parts.length > 1) this.received = Buffer.concat(parts);
    return this.received.subarray(0, length);
  }

  private async nextChunk(during: 'negotiation' | 'query'): Promise<Buffer> {
    const { peer } = this;
    const timer = setTimeout(
      () => this.fail(faults.responseTimeout(peer, peer.responseTimeoutMs)),
      peer.responseTimeoutMs,
    );
    let next: IteratorResult<Buffer> | undefined;
    try {
      if (this.failure) throw this.failure;
      next = await this.chunks.next();
    } catch (error) {
      throw this.failure ?? faults.connectionError(peer, error as Error);
    } finally {
      clearTimeout(timer);
    }
    if (!next.done) return next.value;
    throw this.failure ?? faults.connectionClosed(peer, during, !!peer.tls);
  }

  private fail(error: DimseError): void {
    this.failure ??= error;
    this.socket.destroy();
  }

  private *fragments(contextId: number, bytes: Buffer, isCommand: boolean): Generator<Buffer> {
    const longest = Math.max(this.maxLength - 6, 1_024);
    for (let start = 0; start === 0 || start < bytes.length; start += longest) {
      const part = bytes.subarray(start, start + longest);
      const isLast = start + longest >= bytes.length;
      const header = Buffer.alloc(6);
      header.writeUInt32BE(part.length + 2, 0);
      header.set([contextId, (isCommand ? 1 : 0) | (isLast ? 2 : 0)], 4);
      yield pduOf(PduType.data, Buffer.concat([header, part]));
    }
  }

  private parsed<Result>(parse: () => Result): Result {
    try {
      return parse();
    } catch (error) {
      throw faults.malformed(this.peer, error);
    }
  }

  private malformed(what: string): DimseError {
    return faults.malformed(this.peer, new Error(what));
  }
}

/** Returns an unsigned 16-bit value of a command set. */
export function numberOf(set: DataSet, tag: number): number | undefined {
  const value = set.get(tag);
  return value && value.length >= 2 ? value.readUInt16LE(0) : undefined;
}

/** Returns a text of a command set without padding. */
export function textOf(set: DataSet, tag: number): string | undefined {
  const text = set
    .get(tag)
    ?.toString('latin1')
    .replace(/^ +|[\0 ]+$/g, '');
  return text === '' ? undefined : text;
}

export function short(tag: number, value: number): Element {
  return { tag, vr: 'US', value: Buffer.from([value & 0xff, value >> 8]) };
}

export function uidElement(tag: number, value: string): Element {
  return { tag, vr: 'UI', value: Buffer.from(value, 'latin1') };
}

/** Returns the bytes of a command set with its group length (PS3.7 6.3.1). */
function commandSet(elements: readonly Element[], hasDataSet: boolean): Buffer {
  const body = writeDataSet([...elements, short(DATA_SET_TYPE, hasDataSet ? 0x0001 : NO_DATA_SET)], false);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(body.length);
  return Buffer.concat([writeDataSet([{ tag: 0, vr: 'UL', value: length }], false), body]);
}

function connected(peer: Peer, timeout: AbortSignal, signal: AbortSignal): Promise<Socket | TLSSocket> {
  const { host, port, tls } = peer;
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(aborted(signal));
    const { checkHostName = true, ...options } = tls ?? {};
    const socket = tls
      ? connectTls({ ...options, host, port, rejectUnauthorized: checkHostName })
      : connectTcp({ host, port });
    const settle = (error?: DimseError) => {
      timeout.removeEventListener('abort', onTimeout);
      signal.removeEventListener('abort', onAbort);
      socket.off('error', onError);
      socket.off('close', onClose);
      if (!error) return resolve(socket);
      socket.on('error', () => undefined);
      socket.destroy();
      reject(error);
    };
    const onTimeout = () => settle(faults.associationTimeout(peer, peer.connectTimeoutMs));
    const onAbort = () => settle(aborted(signal));
    const onError = (error: Error) => settle(faults.connectionError(peer, error));
    const onClose = () => settle(faults.connectionClosed(peer, 'negotiation', !!tls));
    timeout.addEventListener('abort', onTimeout);
    signal.addEventListener('abort', onAbort);
    socket.on('error', onError);
    socket.on('close', onClose);
    socket.once(tls ? 'secureConnect' : 'connect', () =>
      settle(tls && !checkHostName ? untrustedOf(peer, socket as TLSSocket) : undefined),
    );
  });
}

/** Returns the fault of a certificate whose host name need not match. */
function untrustedOf(peer: Peer, socket: TLSSocket): DimseError | undefined {
  // Node.js reports a text or an Error here, unlike its types.
  const problem = socket.authorizationError as unknown as string | { code?: string } | undefined;
  const code = typeof problem === 'object' && problem ? problem.code : problem;
  return code && code !== 'ERR_TLS_CERT_ALTNAME_INVALID' ? faults.untrusted(peer, code) : undefined;
}
