import { createServer, type Socket } from 'node:net';

/** Tokens and packets of TDS 7.4 (MS-TDS 2.2), as far as the tests of SQL Server need them. */
const utf16 = (text: string) => Buffer.from(text, 'utf16le');
const uint16 = (value: number) => Buffer.from([value & 0xff, value >> 8]);
const named = (text: string) => Buffer.concat([Buffer.from([text.length]), utf16(text)]);
/** Latin1_General_CI_AS. */
const COLLATION = Buffer.from([0x09, 0x04, 0xd0, 0x00, 0x34]);

export interface TdsColumn {
  name: string;
  /** TYPE_INFO; by default NVARCHAR(2000). */
  type?: Buffer;
}

/** What a statement is answered with. `silence` answers nothing until the client cancels. */
export type TdsAnswer =
  | { columns: TdsColumn[]; rows: (string | Buffer)[][] }
  | { error: number; message: string }
  | { tokens: Buffer }
  | 'silence';

export interface TdsServer {
  port: number;
  close(): Promise<void>;
}

/** Starts a server that accepts any login, and answers each statement with what `answer` returns for its text. */
export async function startTdsServer(answer: (sql: string) => TdsAnswer): Promise<TdsServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    serve(socket, answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function serve(socket: Socket, answer: (sql: string) => TdsAnswer): void {
  let received = Buffer.alloc(0);
  let message = Buffer.alloc(0);
  socket.on('data', (data) => {
    received = Buffer.concat([received, data]);
    while (received.length >= 8 && received.length >= received.readUInt16BE(2)) {
      const length = received.readUInt16BE(2);
      const [type, status = 0] = received;
      message = Buffer.concat([message, received.subarray(8, length)]);
      received = received.subarray(length);
      // The last packet of a message.
      if ((status & 1) === 0) continue;
      const reply = replyTo(type, message, answer);
      message = Buffer.alloc(0);
      if (reply) send(socket, reply);
    }
  });
}

function replyTo(type: number | undefined, body: Buffer, answer: (sql: string) => TdsAnswer): Buffer | undefined {
  switch (type) {
    case 0x12: // PRELOGIN: version, no encryption
      return Buffer.from([0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 15, 0, 0, 0, 0, 0, 2]);
    case 0x10: // LOGIN7
      return Buffer.concat([environment(7, COLLATION), loginAck(), done(0)]);
    case 0x0e: // a transaction begins, or ends
      return body.readUInt16LE(body.readUInt32LE(0)) === 5
        ? Buffer.concat([environment(8, Buffer.alloc(8, 1)), done(0)])
        : Buffer.concat([environment(10, Buffer.alloc(0), Buffer.alloc(8, 1)), done(0)]);
    case 0x06: // ATTENTION
      return done(0x20);
    case 0x03: {
      const given = answer(sqlOf(body));
      return given === 'silence' ? undefined : statementReply(given);
    }
    default:
      return done(0);
  }
}

/** Returns the statement of a call of sp_executesql, which may begin at an even or an odd offset. */
function sqlOf(body: Buffer): string {
  const texts = [body.toString('utf16le'), body.subarray(1).toString('utf16le')];
  return texts.find((text) => /select /i.test(text)) ?? '';
}

function statementReply(given: Exclude<TdsAnswer, 'silence'>): Buffer {
  if ('tokens' in given) return given.tokens;
  if ('error' in given) {
    const number = Buffer.alloc(4);
    number.writeUInt32LE(given.error);
    const words = Buffer.concat([uint16(given.message.length), utf16(given.message)]);
    const content = Buffer.concat([number, Buffer.from([1, 13]), words, named(''), named(''), Buffer.alloc(4)]);
    return Buffer.concat([Buffer.from([0xaa]), uint16(content.length), content, done(2, 0xfe)]);
  }
  const nvarchar = Buffer.concat([Buffer.from([0xe7]), uint16(4000), COLLATION]);
  const columns = given.columns.map(({ name, type = nvarchar }) =>
    Buffer.concat([Buffer.alloc(4), uint16(9), type, named(name)]),
  );
  const rows = given.rows.map((row) =>
    Buffer.concat([
      Buffer.from([0xd1]),
      ...row.map((value) =>
        typeof value === 'string' ? Buffer.concat([uint16(value.length * 2), utf16(value)]) : value,
      ),
    ]),
  );
  return Buffer.concat([Buffer.from([0x81]), uint16(columns.length), ...columns, ...rows, done(0, 0xfe)]);
}

function environment(type: number, value: Buffer, old = Buffer.alloc(0)): Buffer {
  const content = Buffer.concat([Buffer.from([type, value.length]), value, Buffer.from([old.length]), old]);
  return Buffer.concat([Buffer.from([0xe3]), uint16(content.length), content]);
}

function loginAck(): Buffer {
  const content = Buffer.concat([Buffer.from([1, 0x74, 0, 0, 4]), named('server'), Buffer.from([15, 0, 0, 0])]);
  return Buffer.concat([Buffer.from([0xad]), uint16(content.length), content]);
}

function done(status: number, token = 0xfd): Buffer {
  return Buffer.concat([Buffer.from([token]), uint16(status), Buffer.alloc(10)]);
}

function send(socket: Socket, body: Buffer): void {
  for (let at = 0; at < body.length; at += 4000) {
    const part = body.subarray(at, at + 4000);
    const header = Buffer.from([4, at + 4000 >= body.length ? 1 : 0, 0, 0, 0, 0, 1, 0]);
    header.writeUInt16BE(part.length + 8, 2);
    socket.write(Buffer.concat([header, part]));
  }
}
