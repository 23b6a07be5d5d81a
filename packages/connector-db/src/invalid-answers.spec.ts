import { createRequire } from 'node:module';
import { type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type ConnectorError } from '@pacs-connectors/connector-core';
import {
  startTdsServer,
  startTnsListener,
  TNS,
  type TnsListener,
  tnsAcceptance,
  tnsPacket,
  tnsRefusal,
} from '@pacs-connectors/test-services';
import { ask } from './testing/connectors.js';
import { useScriptedServers } from './testing/scripted-server.js';

const { listen, connect } = useScriptedServers();
const faultOf = async (uri: string): Promise<ConnectorError> => {
  const error = await ask(connect(uri), { studyInstanceUids: ['1'] }, AbortSignal.timeout(3_000)).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ name: 'ConnectorError', remedy: expect.any(String) });
  expect((error as Error).message).not.toContain('hunter2');
  return error as ConnectorError;
};

describe('answers of PostgreSQL', () => {
  const message = (type: string, ...parts: (number | string | Buffer)[]) => {
    const body = Buffer.concat(parts.map((part) => (typeof part === 'number' ? int32(part) : Buffer.from(part))));
    return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
  };
  const int32 = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(value);
    return bytes;
  };
  /** A server that answers the start of a session with `first`, and everything after it with `next`. */
  const uriOf = async (first: Buffer, next?: Buffer) => {
    const port = await listen((socket) => {
      let started = false;
      socket.on('data', () => {
        if (!started) socket.write(first);
        else if (next) socket.write(next);
        started = true;
      });
    });
    return `jdbc:postgresql://127.0.0.1:${port}/db?sslmode=disable`;
  };

  it.each([
    [2, 'Kerberos 5'],
    [6, 'SCM credentials'],
    [7, 'Kerberos (GSSAPI)'],
    [9, 'Windows (SSPI)'],
    [77, 'an unknown method (77)'],
  ])('a login by method %i is named, with its remedy', async (method, name) => {
    const { kind, code, message: text, remedy } = await faultOf(await uriOf(message('R', method)));
    expect({ kind, code }).toEqual({ kind: 'misconfigured', code: 'db.login.unsupported' });
    expect(text).toContain(name);
    expect(remedy).toContain('pg_hba.conf');
  });

  const READY = Buffer.concat([message('R', 0), message('K', 1, 2), message('Z', 'I')]);
  it.each([
    ['parameter without a name', Buffer.concat([message('R', 0), message('S', '')]), undefined],
    ['authentication request without a method', message('R', ''), undefined],
    ['key that is cut off', Buffer.concat([message('R', 0), message('K', 'x')]), undefined],
    ['error without its end', message('E', 'SFATAL'), undefined],
    ['description of rows that is cut off', READY, message('T', Buffer.from([0, 9, 65]))],
    ['row that is cut off', READY, message('D', Buffer.from([0, 3, 0, 0, 0, 200]))],
    ['message of an unknown type', READY, message('#', 'abc')],
    ['state that is empty', READY, message('Z', '')],
    ['row that nobody asked for', Buffer.concat([READY, message('D', Buffer.from([0, 0]))]), undefined],
  ])('a %s is an error of this archive', async (_what, first, next) => {
    const { kind } = await faultOf(await uriOf(first, next));
    expect(['protocol', 'unavailable', 'timeout', 'misconfigured']).toContain(kind);
  });
});

describe('answers of MySQL', () => {
  const packet = (number: number, body: Buffer) =>
    Buffer.concat([Buffer.from([body.length & 0xff, body.length >> 8, 0, number]), body]);
  const greeting = (plugin: string) =>
    packet(
      0,
      Buffer.concat([
        Buffer.from([10]),
        Buffer.from('8.4.2\0'),
        Buffer.from([9, 0, 0, 0]),
        Buffer.from('12345678\0'),
        Buffer.from([0xdf, 0xf7, 45, 2, 0, 0x0f, 0x80, 21]),
        Buffer.alloc(10),
        Buffer.from('abcdefghijkl\0'),
        Buffer.from(`${plugin}\0`),
      ]),
    );
  const uriOf = async (first: Buffer, next?: (data: Buffer, socket: Socket) => void) => {
    const port = await listen((socket) => {
      socket.write(first);
      if (next) socket.on('data', (data) => next(data, socket));
    });
    return `jdbc:mysql://127.0.0.1:${port}/db?sslMode=DISABLED`;
  };
  const switchTo = (plugin: string) => (data: Buffer, socket: Socket) =>
    socket.write(packet((data[3] ?? 0) + 1, Buffer.concat([Buffer.from([0xfe]), Buffer.from(`${plugin}\0salt\0`)])));

  it.each([
    ['client_ed25519', 'ed25519'],
    ['dialog', 'PAM'],
    ['auth_gssapi_client', 'Kerberos'],
    ['mysql_clear_password', 'clear text'],
    ['no_such_plugin', 'no_such_plugin'],
  ])('a login by %s is named, with its remedy', async (plugin, name) => {
    const fault = await faultOf(await uriOf(greeting('mysql_native_password'), switchTo(plugin)));
    expect(fault).toMatchObject({ kind: 'misconfigured', code: 'db.login.unsupported' });
    expect(fault.message).toContain(name);
  });

  it.each([
    ['greeting that is empty', packet(0, Buffer.alloc(0)), undefined],
    ['greeting that is cut off', greeting('x').subarray(0, 4).fill(5, 0, 1), undefined],
    ['greeting of another protocol', Buffer.from('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'), undefined],
    ['error that is cut off', packet(0, Buffer.from([0xff])), undefined],
    ['request for another login that is cut off', greeting('mysql_native_password'), Buffer.from([0xfe])],
    ['answer of an unknown kind', greeting('mysql_native_password'), Buffer.from([0x77, 1, 2])],
  ])('a %s is an error of this archive', async (_what, first, next) => {
    const reply = next && ((data: Buffer, socket: Socket) => socket.write(packet((data[3] ?? 0) + 1, next)));
    const uri = await uriOf(first, reply as never);
    const error = await ask(connect(uri), { studyInstanceUids: ['1'] }, AbortSignal.timeout(3_000)).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ name: 'ConnectorError' });
    expect(['protocol', 'unavailable', 'timeout', 'refused', 'misconfigured']).toContain(
      (error as ConnectorError).kind,
    );
  });

  it.each([
    ['caching_sha2_password', Buffer.from([1, 4]), 2],
    ['sha256_password', undefined, 1],
  ] as const)('%s requests the public key only if the URL allows it', async (plugin, afterPassword, request) => {
    for (const parameter of ['', '&allowPublicKeyRetrieval=false', '&allowPublicKeyRetrieval=true']) {
      let requested = false;
      const uri = await uriOf(greeting('mysql_native_password'), (data, socket) => {
        const number = (data[3] ?? 0) + 1;
        if (data.length === 5 && data[4] === request) {
          requested = true;
          socket.end(packet(number, Buffer.concat([Buffer.from([0xff, 0x15, 0x04]), Buffer.from('#28000denied')])));
        } else if (number === 2) switchTo(plugin)(data, socket);
        else if (afterPassword) socket.write(packet(number, afterPassword));
      });
      const { code } = await faultOf(`${uri}${parameter}`);
      const allowed = parameter.endsWith('true');
      expect({ parameter, requested }).toEqual({ parameter, requested: allowed });
      expect(code).toBe(allowed ? 'db.login.refused' : 'db.login.public-key-not-allowed');
    }
  });
});

describe('answers of SQL Server', () => {
  it.each([
    ['token of an unknown kind', Buffer.from([0x42, 1, 2, 3])],
    ['column of an unknown type', Buffer.from([0x81, 1, 0, 0, 0, 0, 0, 0, 0, 0x11])],
    ['row before its columns', Buffer.from([0xd1, 1, 2])],
  ])('a %s is an error of this archive', async (_what, tokens) => {
    const server = await startTdsServer(() => ({ tokens }));
    try {
      const { kind } = await faultOf(`jdbc:sqlserver://127.0.0.1:${server.port};encrypt=false`);
      expect(['protocol', 'unavailable', 'timeout', 'misconfigured']).toContain(kind);
    } finally {
      await server.close();
    }
  });
});

describe('answers of Oracle', () => {
  const listeners: TnsListener[] = [];
  afterEach(async () => {
    for (const listener of listeners.splice(0)) await listener.close();
  });
  const uriOf = async (first: Buffer, next?: Buffer) => {
    const listener = await startTnsListener(first, next);
    listeners.push(listener);
    return `jdbc:oracle:thin:@127.0.0.1:${listener.port}/pacs?oracle.net.CONNECT_TIMEOUT=1000`;
  };

  it.each([
    ['empty packet', tnsPacket(TNS.data), undefined],
    ['length below that of the header', tnsPacket(TNS.accept, '', 3), undefined],
    ['packet of an unknown type', tnsPacket(77, 'abcdefgh'), undefined],
    ['refusal without a reason', tnsPacket(TNS.refuse), undefined],
    ['refusal with parentheses that do not match', tnsRefusal('(DESCRIPTION=(ERR=125'), undefined],
    ['redirection to nothing', tnsPacket(TNS.redirect, Buffer.from([0, 4, 1, 2, 3, 4])), undefined],
    ['acceptance that is cut off', tnsPacket(TNS.accept, Buffer.from([1, 62])), undefined],
    ['marker that is cut off', tnsPacket(TNS.marker), undefined],
    ['greeting of another protocol', Buffer.from('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'), undefined],
    ['data that is cut off', tnsAcceptance(), tnsPacket(0, Buffer.concat([Buffer.from([0, 0, 0]), Buffer.alloc(3)]))],
    ['length of 0 after the acceptance', tnsAcceptance(), Buffer.alloc(12)],
    [
      'noise after the acceptance',
      tnsAcceptance(),
      Buffer.from('6a3f00ff9912abcdef00112233445566778899aabbccddeeff', 'hex'),
    ],
  ])('a %s is an error of this archive', async (_what, first, next) => {
    const { kind } = await faultOf(await uriOf(first, next));
    expect(['protocol', 'unavailable', 'timeout', 'misconfigured']).toContain(kind);
  });

  it('a service that the listener does not know is named as that', async () => {
    const { kind, code } = await faultOf(await uriOf(tnsRefusal('(DESCRIPTION=(TMP=)(ERR=12514))')));
    expect({ kind, code }).toEqual({ kind: 'misconfigured', code: 'db.database.unknown' });
  });

  it('data that arrives after the driver has dropped the connection ends neither the process nor the next search', async () => {
    const uri = await uriOf(Buffer.concat([tnsPacket(77, 'abcdefgh'), tnsPacket(TNS.accept, '', 3), Buffer.alloc(64)]));
    const connector = connect(uri);
    for (let count = 0; count < 3; count++) {
      const error = await ask(connector, { studyInstanceUids: ['1'] }, AbortSignal.timeout(3_000)).catch(
        (reason) => reason,
      );
      expect(error).toMatchObject({ name: 'ConnectorError' });
    }
  });

  it('an exception of the driver in the listener of its socket is an error of this archive', async () => {
    const connection = createRequire(import.meta.url)('oracledb/lib/thin/sqlnet/ntTcp.js') as {
      prototype: { rejectInvalidPacket: (message: string) => unknown };
    };
    const { rejectInvalidPacket } = connection.prototype;
    connection.prototype.rejectInvalidPacket = () => {
      throw new TypeError('the driver is wrong');
    };
    try {
      const { kind } = await faultOf(await uriOf(tnsPacket(TNS.accept, '', 3)));
      expect(['protocol', 'unavailable', 'timeout']).toContain(kind);
    } finally {
      connection.prototype.rejectInvalidPacket = rejectInvalidPacket;
    }
  });
});
