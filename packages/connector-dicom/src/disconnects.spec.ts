import { afterEach, describe, expect, it } from '@jest/globals';
import { type ConnectorErrorKind } from '@pacs-connectors/connector-core';
import { Tag } from './dimse/tags.js';
import {
  answer,
  ask,
  expectComplete,
  expectFailure,
  firstOnly,
  QUESTION,
  start,
  stopAll,
} from './testing/failing-peer.js';
import { type Script } from './testing/scripted-scp.js';

afterEach(stopAll);

describe('an association that does not come about', () => {
  it.each([
    ['local limit exceeded', [2, 3, 2]],
    ['temporary congestion', [2, 3, 1]],
  ] as [string, [number, number, number]][])('is waited for: %s', async (_, reject) => {
    const { connector, scp } = await start({
      negotiate: (connection) => (connection <= 3 ? { reject } : 'accept'),
      find: answer,
    });
    expectComplete(await ask(connector));
    expect(scp.connections).toBeGreaterThanOrEqual(4);
  });

  it('is waited for until the deadline, and then it says for what', async () => {
    const { connector } = await start({ negotiate: () => ({ reject: [2, 3, 2] }) });
    await expectFailure(
      ask(connector, QUESTION, AbortSignal.timeout(700)),
      'timeout',
      'dicom.association.limit-reached',
      /local limit exceeded/,
      /max-associations/,
    );
  });

  it.each([
    ['aborts', 'abort', 'unavailable', 'dicom.association.aborted', /aborted/],
    ['closes', 'close', 'unavailable', 'dicom.association.unanswered', /closed the connection.*tls\.mode/],
    ['answers in HTTP', { raw: 'HTTP/1.1 400 Bad Request\r\n\r\n' }, 'protocol', 'dicom.peer.http', /HTTP.*web server/],
    [
      'answers in TLS',
      { raw: Buffer.from([0x15, 3, 1, 0, 2, 2, 70]) },
      'protocol',
      'dicom.peer.tls-required',
      /TLS.*tls\.mode/,
    ],
    ['answers noise', { raw: 'SSH-2.0-x\r\n' }, 'protocol', 'dicom.peer.not-dicom', /not DICOM/],
  ] as const)('from a peer that %s', async (_, wrong, kind, code, text) => {
    // The same without extended negotiation fails too.
    const repeated = wrong === 'abort' || wrong === 'close';
    const { connector } = await start(firstOnly(wrong, repeated ? 2 : 1));
    await expectFailure(ask(connector), kind, code, text);
    expectComplete(await ask(connector));
  });

  it('from a peer that says nothing', async () => {
    const { connector } = await start(firstOnly('silence'), { connectTimeoutMs: 300 });
    await expectFailure(
      ask(connector),
      'timeout',
      'dicom.association.timeout',
      /did not accept an association within 0.3 s/,
    );
    expectComplete(await ask(connector));
  });

  it('before the deadline from a silent peer: the error says that nothing was heard', async () => {
    const { connector } = await start({ negotiate: () => 'silence' });
    const pending = ask(connector, QUESTION, AbortSignal.timeout(300));
    const text = /nothing was heard from 127\.0\.0\.1:\d+ within 0.3 s/;
    await expectFailure(pending, 'timeout', 'dicom.query.unanswered', text, /firewall/);
  });

  it('from a port where nobody listens', async () => {
    const { connector, scp } = await start({});
    await scp.stop();
    await expectFailure(
      ask(connector),
      'unavailable',
      'dicom.connection.refused',
      /refused the connection/,
      /runs and listens/,
    );
  });

  it('from a peer that offers no C-FIND', async () => {
    const { connector } = await start({ accepts: ['1.2.840.10008.1.1'] });
    const text = /does not offer C-FIND of Study Root or Patient Root/;
    await expectFailure(ask(connector), 'refused', 'dicom.association.find-not-offered', text);
  });

  it('from a peer that expects no TLS', async () => {
    const { connector } = await start({}, { tls: { mode: 'AES' } });
    await expectFailure(ask(connector), 'protocol', 'tls.peer.without-tls', /does not speak TLS/, /Remove tls\.mode/);
  });
});

describe('a query that fails', () => {
  it.each([
    [0xa700, 'dicom.find.out-of-resources', /0xA700, out of resources: too many matches/],
    [0xa900, 'dicom.find.identifier-mismatch', /0xA900, identifier does not match SOP class.*information-model/],
    [0xc001, 'dicom.find.unable-to-process', /0xC001, unable to process/],
    [0xfe00, 'dicom.find.broken-off', /0xFE00, cancelled.*limit on the number of matches/],
    [0x0122, 'dicom.find.sop-class-unsupported', /0x0122, SOP class not supported/],
    [0x0124, 'dicom.find.not-authorized', /0x0124, not authorized/],
    [0x0110, 'dicom.find.failed', /0x0110, a failure/],
  ])('with status %d is reported with the comment, and the association is used again', async (status, code, text) => {
    let fails = true;
    const { connector, scp } = await start({
      find: (find, reply) => (fails ? reply.end(status, 'too many matches') : answer(find, reply)),
    });
    await expectFailure(ask(connector), 'refused', code, text);
    fails = false;
    expectComplete(await ask(connector));
    expect(scp.connections).toBeLessThanOrEqual(4);
  });

  type Fault = (reply: Parameters<NonNullable<Script['find']>>[1]) => void;
  const HALF_WAY: [string, Fault, ConnectorErrorKind, string, RegExp][] = [
    ['closes', (reply) => reply.close(), 'unavailable', 'dicom.association.closed', /connection/],
    ['aborts', (reply) => reply.abort(), 'unavailable', 'dicom.association.aborted', /aborted/],
    [
      'sends bytes that are not a PDU',
      (reply) => reply.raw(Buffer.from('HELLO, I AM LOST')),
      'protocol',
      'dicom.answer.unreadable',
      /cannot be read/,
    ],
    [
      'says that 2 GB follow',
      (reply) => reply.raw(Buffer.from([4, 0, 0x7f, 0xff, 0xff, 0xff, 1, 2, 3])),
      'protocol',
      'dicom.answer.unreadable',
      /cannot be read/,
    ],
    [
      'sends a broken PDV',
      (reply) => reply.raw(Buffer.from([4, 0, 0, 0, 0, 6, 0, 0, 9, 9, 1, 3])),
      'protocol',
      'dicom.answer.malformed',
      /malformed/,
    ],
  ];
  it.each(HALF_WAY)('because the peer %s half way, is not a shorter answer', async (_, fault, kind, code, text) => {
    const { connector } = await start({
      find: (find, reply, count) => {
        if (count !== 1) return answer(find, reply);
        reply.match({ [Tag.patientId]: 'P1', [Tag.studyInstanceUid]: '2.25.7.1.1' });
        fault(reply);
      },
    });
    await expectFailure(ask(connector), kind, code, text);
    expectComplete(await ask(connector));
  });

  it('because the peer falls silent is given up', async () => {
    const { connector } = await start(
      { find: (find, reply, count) => (count === 1 ? reply.match({ [Tag.patientId]: 'P1' }) : answer(find, reply)) },
      { responseTimeoutMs: 300 },
    );
    await expectFailure(
      ask(connector),
      'timeout',
      'dicom.response.timeout',
      /sent nothing for 0.3 s/,
      /response-timeout/,
    );
    expectComplete(await ask(connector));
  });

  it('because the peer drips is given up, however alive it looks', async () => {
    const { connector } = await start(
      {
        find: (find, reply, count) => {
          if (count !== 1) return answer(find, reply);
          reply.raw(Buffer.from([4, 0, 0, 0, 0x40, 0]));
          const drip = setInterval(() => reply.raw(Buffer.alloc(1)), 20).unref();
          setTimeout(() => clearInterval(drip), 2_000);
        },
      },
      { responseTimeoutMs: 300 },
    );
    await expectFailure(ask(connector), 'timeout', 'dicom.response.timeout', /sent nothing for 0.3 s/);
    expectComplete(await ask(connector));
  });

  it('on an association that the peer has closed meanwhile is asked again on a new one', async () => {
    let closeNext = false;
    const { connector, scp } = await start({
      find: (find, reply) => {
        if (closeNext) {
          closeNext = false;
          return reply.close();
        }
        answer(find, reply);
      },
    });
    expectComplete(await ask(connector));
    closeNext = true;
    expectComplete(await ask(connector));
    expect(closeNext).toBe(false);
    expect(scp.finds.length).toBeGreaterThan(0);
  });
});
