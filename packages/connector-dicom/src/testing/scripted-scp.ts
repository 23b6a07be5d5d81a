import { createServer, type Socket } from 'node:net';
import { type DataSet, readDataSet, writeDataSet } from '../dimse/data-set.js';
import { PduType, presentationDataValues } from '../dimse/pdu.js';
import { Tag, VALUE_REPRESENTATIONS } from '../dimse/tags.js';

/** The answer of a scripted peer to an association request. */
export type Negotiation =
  | 'accept'
  | 'abort'
  | 'close'
  | 'silence'
  | { reject: [result: number, source: number, reason: number] }
  /** These bytes instead of an answer; the connection is closed after them. */
  | { raw: Buffer | string };

/** A C-FIND that arrived. */
export interface Find {
  sopClassUid: string;
  /** Values as text without padding; empty for return keys. */
  keys: Map<number, string>;
  level: string;
  identifier: DataSet;
}

/** How a script answers one C-FIND. */
export interface Reply {
  /** Sends a pending response with its text in UTF-8. */
  match(attributes: Record<number, string | Buffer>, status?: number): void;
  /** Sends the last response. */
  end(status?: number, errorComment?: string): void;
  /** Sends the last response with an identifier, which it must not have. */
  endWith(attributes: Record<number, string | Buffer>): void;
  /** Sends the last response, which announces an identifier that never comes. */
  endAnnouncing(): void;
  /** Sends a pending response with these bytes as its identifier. */
  matchBytes(identifier: Buffer): void;
  /** Sends any bytes. */
  raw(bytes: Buffer): void;
  close(): void;
  abort(): void;
  /** Resolves when a C-CANCEL for this C-FIND has come. */
  cancelled: Promise<void>;
  /** The association, which is the same one for each of its C-FINDs. */
  association: { closed: boolean };
}

export interface Script {
  /** The answer to the association request of the n-th connection, counted from 1. Default: `accept`. */
  negotiate?(connection: number, request: Buffer): Negotiation;
  /** For the n-th C-FIND of all, counted from 1. */
  find?(find: Find, reply: Reply, count: number): void;
  /** The first byte of the answer to relational queries in the negotiation; none by default. */
  relational?: number;
  /** Abstract syntaxes that are accepted; all by default. */
  accepts?: string[];
}

export interface ScriptedScp {
  dicomPort: number;
  aet: string;
  finds: Find[];
  cancels: number;
  connections: number;
  /** Associations open now, and the most that were open at once. */
  open: number;
  most: number;
  releases: number;
  /** Extended negotiation items that were offered. */
  offeredRelational: boolean;
  /** Association requests with such items. */
  offers: number;
  stop(): Promise<void>;
}

/** Starts an SCP on a free port that follows its script, wrong answers above all. */
export function startScriptedScp(script: Script = {}): Promise<ScriptedScp> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    new Connection(socket, script, scp);
  });
  const scp: ScriptedScp = {
    dicomPort: 0,
    aet: 'SCRIPTED',
    finds: [],
    cancels: 0,
    connections: 0,
    open: 0,
    most: 0,
    releases: 0,
    offeredRelational: false,
    offers: 0,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      scp.dicomPort = (server.address() as { port: number }).port;
      resolve(scp);
    });
  });
}

class Connection {
  private received = Buffer.alloc(0);
  private command: DataSet | undefined;
  private readonly syntaxes = new Map<number, string>();
  private onCancel: () => void = () => undefined;
  private readonly association = { closed: false };

  constructor(
    private readonly socket: Socket,
    private readonly script: Script,
    private readonly scp: ScriptedScp,
  ) {
    scp.connections += 1;
    socket.on('data', (data) => this.take(data));
    socket.on('close', () => (this.association.closed = true));
  }

  private take(data: Buffer): void {
    this.received = Buffer.concat([this.received, data]);
    while (this.received.length >= 6) {
      if ((this.received[0] as number) > PduType.abort) {
        this.socket.end(pduOf(PduType.abort, Buffer.from([0, 0, 2, 1])));
        return;
      }
      const end = 6 + this.received.readUInt32BE(2);
      if (this.received.length < end) return;
      const pdu = this.received.subarray(0, end);
      this.received = this.received.subarray(end);
      this.takePdu(pdu);
    }
  }

  private takePdu(pdu: Buffer): void {
    switch (pdu[0]) {
      case PduType.associateRequest:
        return this.negotiate(pdu);
      case PduType.data:
        for (const { value, isCommand, presentationContextId } of presentationDataValues(pdu)) {
          if (isCommand) this.takeCommand(readDataSet(value, false), presentationContextId);
          else this.takeFind(readDataSet(value, false), presentationContextId);
        }
        return;
      case PduType.releaseRequest:
        this.scp.releases += 1;
        this.socket.end(pduOf(PduType.releaseResponse, Buffer.alloc(4)));
    }
  }

  private negotiate(request: Buffer): void {
    const what = this.script.negotiate?.(this.scp.connections, request) ?? 'accept';
    const offers = request.includes(Buffer.from([0x56, 0x00]));
    this.scp.offeredRelational ||= offers;
    if (offers) this.scp.offers += 1;
    if (what === 'silence') return;
    if (what === 'close') return void this.socket.end();
    if (what === 'abort') return void this.socket.end(pduOf(PduType.abort, Buffer.from([0, 0, 2, 1])));
    if (what === 'accept') {
      this.scp.open += 1;
      this.scp.most = Math.max(this.scp.most, this.scp.open);
      this.socket.on('close', () => (this.scp.open -= 1));
      return void this.socket.write(this.acceptance(request));
    }
    if ('raw' in what) return void this.socket.end(what.raw);
    this.socket.end(pduOf(PduType.associateReject, Buffer.from([0, ...what.reject])));
  }

  private acceptance(request: Buffer): Buffer {
    const contexts: Buffer[] = [];
    const offered: string[] = [];
    for (let offset = 74; offset + 4 <= request.length; offset += 4 + request.readUInt16BE(offset + 2)) {
      if (request[offset] !== 0x20) continue;
      const id = request[offset + 4] as number;
      const uid = request.toString('latin1', offset + 12, offset + 12 + request.readUInt16BE(offset + 10));
      const abstractSyntax = uid.replace(/\0+$/, '');
      const accepted = this.script.accepts?.includes(abstractSyntax) ?? true;
      this.syntaxes.set(id, abstractSyntax);
      offered.push(abstractSyntax);
      const transferSyntax = item(0x40, Buffer.from('1.2.840.10008.1.2'));
      contexts.push(item(0x21, Buffer.concat([Buffer.from([id, 0, accepted ? 0 : 3, 0]), transferSyntax])));
    }
    const maxLength = Buffer.alloc(4);
    maxLength.writeUInt32BE(16_384);
    const user = [item(0x51, maxLength), item(0x52, Buffer.from('2.25.1'))];
    const { relational } = this.script;
    if (relational !== undefined) {
      for (const uid of offered) {
        const length = Buffer.from([0, uid.length]);
        user.push(item(0x56, Buffer.concat([length, Buffer.from(uid), Buffer.from([relational])])));
      }
    }
    const body = [request.subarray(6, 74), item(0x10, Buffer.from('1.2.840.10008.3.1.1.1')), ...contexts];
    return pduOf(PduType.associateAccept, Buffer.concat([...body, item(0x50, Buffer.concat(user))]));
  }

  private takeCommand(command: DataSet, context: number): void {
    const field = command.get(0x00000100)?.readUInt16LE(0);
    if (field === 0x0fff) {
      this.scp.cancels += 1;
      this.onCancel();
    } else if (field === 0x0030) {
      this.respond(context, 0x8030, command.get(0x00000110)?.readUInt16LE(0) ?? 0, 0);
    } else this.command = command;
  }

  private takeFind(identifier: DataSet, context: number): void {
    const messageId = this.command?.get(0x00000110)?.readUInt16LE(0) ?? 0;
    const keys = new Map(
      [...identifier].map(([tag, value]) => [tag, value.toString('utf8').replace(/[\0 ]+$/, '')] as const),
    );
    const find: Find = {
      sopClassUid: this.syntaxes.get(context) ?? '',
      keys,
      level: keys.get(Tag.queryRetrieveLevel) ?? '',
      identifier,
    };
    this.scp.finds.push(find);
    const cancelled = new Promise<void>((resolve) => (this.onCancel = resolve));
    const reply: Reply = {
      match: (attributes, status = 0xff00) =>
        this.respond(context, 0x8020, messageId, status, undefined, dataSetOf(attributes)),
      end: (status = 0, errorComment) => this.respond(context, 0x8020, messageId, status, errorComment),
      endWith: (attributes) => this.respond(context, 0x8020, messageId, 0, undefined, dataSetOf(attributes)),
      endAnnouncing: () => this.respond(context, 0x8020, messageId, 0, undefined, undefined, true),
      matchBytes: (identifier) => this.respond(context, 0x8020, messageId, 0xff00, undefined, identifier),
      raw: (bytes) => void this.socket.write(bytes),
      close: () => void this.socket.destroy(),
      abort: () => void this.socket.end(pduOf(PduType.abort, Buffer.from([0, 0, 0, 0]))),
      cancelled,
      association: this.association,
    };
    if (this.script.find) this.script.find(find, reply, this.scp.finds.length);
    else reply.end();
  }

  private respond(
    context: number,
    field: number,
    messageId: number,
    status: number,
    errorComment?: string,
    identifier?: Buffer,
    announces = identifier !== undefined,
  ): void {
    const short = (tag: number, value: number) => ({ tag, vr: 'US', value: Buffer.from([value & 0xff, value >> 8]) });
    const command = writeDataSet(
      [
        short(0x00000100, field),
        short(0x00000120, messageId),
        short(0x00000800, announces ? 0x0000 : 0x0101),
        short(0x00000900, status),
        ...(errorComment ? [{ tag: 0x00000902, vr: 'LO', value: Buffer.from(errorComment) }] : []),
      ],
      false,
    );
    this.socket.write(dataPdu(context, command, true));
    if (identifier) this.socket.write(dataPdu(context, identifier, false));
  }
}

/** Returns attributes as an identifier, implicit VR little endian. A Buffer is written unchanged, odd lengths too. */
export function dataSetOf(attributes: Record<number, string | Buffer>): Buffer {
  const tags = Object.keys(attributes)
    .map(Number)
    .sort((a, b) => a - b);
  return Buffer.concat(
    tags.map((tag) => {
      const value = attributes[tag] as string | Buffer;
      if (typeof value === 'string') {
        return writeDataSet([{ tag, vr: VALUE_REPRESENTATIONS[tag] ?? 'LO', value: Buffer.from(value) }], false);
      }
      const header = writeDataSet([{ tag, vr: 'LO', value: Buffer.alloc(0) }], false);
      header.writeUInt32LE(value.length, 4);
      return Buffer.concat([header, value]);
    }),
  );
}

function dataPdu(context: number, value: Buffer, command: boolean): Buffer {
  const pdv = Buffer.alloc(6);
  pdv.writeUInt32BE(value.length + 2, 0);
  pdv.set([context, (command ? 1 : 0) | 2], 4);
  return pduOf(PduType.data, Buffer.concat([pdv, value]));
}

function pduOf(type: number, body: Buffer): Buffer {
  const header = Buffer.alloc(6);
  header.writeUInt8(type, 0);
  header.writeUInt32BE(body.length, 2);
  return Buffer.concat([header, body]);
}

function item(type: number, body: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt8(type, 0);
  header.writeUInt16BE(body.length, 2);
  return Buffer.concat([header, body]);
}
