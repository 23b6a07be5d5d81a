import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type ConnectorErrorKind, emptyCriteria, type SearchResult } from '@pacs-connectors/connector-core';
import { type DicomConnector } from './dicom-connector.js';
import { type DicomSettings } from './dicom-settings.js';
import { Tag } from './dimse/tags.js';
import { type Script, type ScriptedScp, startScriptedScp } from './testing/scripted-scp.js';
import { connectorTo } from './testing/settings.js';
import { answerFrom, samplePatient } from './testing/tree-scp.js';

const PATIENT = samplePatient('P1', 2);
const answer = answerFrom([PATIENT, samplePatient('P2', 1, 2)]);
const QUESTION = { ...emptyCriteria(), patientIds: [{ id: 'P1' }] };

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.stop();
});

/** A scripted peer and a connector to it, both ended after the test. */
async function start(
  script: Script,
  settings: Partial<DicomSettings> = {},
): Promise<{ scp: ScriptedScp; connector: DicomConnector }> {
  const scp = await startScriptedScp(script);
  const connector = connectorTo(scp, { connectTimeoutMs: 10_000, responseTimeoutMs: 10_000, ...settings });
  running.push(scp, { stop: () => connector.close() });
  return { scp, connector };
}

function ask(
  connector: DicomConnector,
  criteria = QUESTION,
  signal = AbortSignal.timeout(20_000),
): Promise<SearchResult> {
  return connector.search(criteria, { signal, depth: 'instance' });
}

function expectComplete(result: SearchResult): void {
  const instances = result.patients.flatMap(({ studies }) =>
    studies.flatMap(({ series }) => series.flatMap((one) => one.instances)),
  );
  expect(instances).toHaveLength(8);
  expect(result.patients.map(({ patientId }) => patientId)).toEqual(['P1']);
  expect(result.notices).toEqual([]);
}

async function expectFailure(pending: Promise<unknown>, kind: ConnectorErrorKind, ...texts: RegExp[]): Promise<void> {
  const error = (await pending.then(
    () => undefined,
    (reason: unknown) => reason,
  )) as { kind: string; message: string; remedy?: string; connectorId: string };
  expect(error).toMatchObject({ name: 'ConnectorError', kind, connectorId: 'pacs' });
  for (const text of texts) expect(`${error.message} ${error.remedy}`).toMatch(text);
}

/** Does `wrong` at the first connection, and accepts from then on. */
const firstOnly = (wrong: ReturnType<NonNullable<Script['negotiate']>>): Script => ({
  negotiate: (connection) => (connection === 1 ? wrong : 'accept'),
  find: answer,
});

describe('an association that is not had', () => {
  const REJECTIONS: [string, [number, number, number], RegExp, RegExp][] = [
    ['no reason', [1, 1, 1], /no reason given/, /log/],
    ['application context', [1, 1, 2], /application context/, /DICOM archive listens/],
    ['calling AE title', [1, 1, 3], /calling AE title CONNECTOR not recognized/, /entered in the archive/],
    ['called AE title', [1, 1, 7], /called AE title SCRIPTED not recognized/, /aet/],
    ['ACSE, no reason', [1, 2, 1], /no reason given/, /log/],
    ['protocol version', [1, 2, 2], /protocol version/, /DICOM archive listens/],
    ['reserved reason', [1, 1, 9], /source 1, reason 9/, /log/],
  ];
  it.each(REJECTIONS)('is told with its remedy: rejected, %s', async (_, reject, what, remedy) => {
    const { connector } = await start(firstOnly({ reject }));
    await expectFailure(ask(connector), 'refused', what, remedy);
    expectComplete(await ask(connector));
  });

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
      /local limit exceeded/,
      /max-associations/,
    );
  });

  it.each([
    ['aborts', 'abort' as const, 'unavailable' as const, /aborted/],
    ['closes', 'close' as const, 'unavailable' as const, /closed the connection.*tls\.mode/],
    ['answers in HTTP', { raw: 'HTTP/1.1 400 Bad Request\r\n\r\n' }, 'protocol' as const, /HTTP.*web server/],
    ['answers in TLS', { raw: Buffer.from([0x15, 3, 1, 0, 2, 2, 70]) }, 'protocol' as const, /TLS.*tls\.mode/],
    ['answers noise', { raw: 'SSH-2.0-x\r\n' }, 'protocol' as const, /not DICOM/],
  ])('from a peer that %s', async (_, wrong, kind, text) => {
    const { connector } = await start(firstOnly(wrong));
    await expectFailure(ask(connector), kind, text);
    expectComplete(await ask(connector));
  });

  it('from a peer that says nothing', async () => {
    const { connector } = await start(firstOnly('silence'), { connectTimeoutMs: 300 });
    await expectFailure(ask(connector), 'timeout', /gave no association within 0.3 s/);
    expectComplete(await ask(connector));
  });

  it('before the deadline from a peer that says nothing: that is told, and not that it may be busy', async () => {
    const { connector } = await start({ negotiate: () => 'silence' });
    const late = ask(connector, QUESTION, AbortSignal.timeout(300));
    await expectFailure(late, 'timeout', /nothing was heard of 127\.0\.0\.1:\d+ before the deadline/, /firewall/);
  });

  it('from a port where nobody listens', async () => {
    const { connector, scp } = await start({});
    await scp.stop();
    await expectFailure(ask(connector), 'unavailable', /refused the connection/, /runs and listens/);
  });

  it('from a peer that offers no C-FIND', async () => {
    const { connector } = await start({ accepts: ['1.2.840.10008.1.1'] });
    await expectFailure(ask(connector), 'refused', /does not offer C-FIND of Study Root or Patient Root/);
  });

  it('from a peer that expects no TLS', async () => {
    const { connector } = await start({}, { tls: { mode: 'AES' } });
    await expectFailure(ask(connector), 'protocol', /does not speak TLS as asked/, /Remove tls\.mode/);
  });
});

describe('a question that fails', () => {
  it.each([
    [0xa700, /0xA700, out of resources: too many matches/],
    [0xa900, /0xA900, identifier does not match SOP class.*information-model/],
    [0xc001, /0xC001, unable to process/],
    [0xfe00, /broke off its answer \(0xFE00\).*limit on the number of matches/],
    [0x0122, /0x0122, SOP class not supported/],
    [0x0124, /0x0124, not authorized/],
  ])('with status %d is told with the comment, and the association goes on', async (status, text) => {
    const { connector, scp } = await start({
      find: (find, reply, count) => (count === 1 ? reply.end(status, 'too many matches') : answer(find, reply)),
    });
    await expectFailure(ask(connector), 'refused', text);
    expectComplete(await ask(connector));
    expect(scp.connections).toBeLessThanOrEqual(4);
  });

  it('below the studies costs its part only, and the answer says so', async () => {
    const broken = PATIENT.studies[0]?.studyInstanceUid;
    const { connector } = await start({
      find: (find, reply) =>
        find.level === 'SERIES' && find.keys.get(Tag.studyInstanceUid) === broken
          ? reply.end(0xc000, 'database locked')
          : answerFrom([PATIENT], () => ({ relational: 'refused' }))(find, reply),
    });
    const { patients, notices } = await ask(connector);
    expect(patients[0]?.studies.map(({ series }) => series.length).sort()).toEqual([0, 2]);
    expect(notices).toEqual([expect.objectContaining({ severity: 'ERROR', title: 'Incomplete' })]);
    expect(notices[0]?.description).toMatch(/missing.*0xC000.*database locked/);
  });

  const HALF_WAY: [string, (reply: Parameters<NonNullable<Script['find']>>[1]) => void, ConnectorErrorKind, RegExp][] =
    [
      ['closes', (reply) => reply.close(), 'unavailable', /connection/],
      ['aborts', (reply) => reply.abort(), 'unavailable', /aborted/],
      ['sends a PDU that is none', (reply) => reply.raw(Buffer.from('HELLO, I AM LOST')), 'protocol', /cannot be read/],
      [
        'says that 2 GB follow',
        (reply) => reply.raw(Buffer.from([4, 0, 0x7f, 0xff, 0xff, 0xff, 1, 2, 3])),
        'protocol',
        /cannot be read/,
      ],
      [
        'sends a broken PDV',
        (reply) => reply.raw(Buffer.from([4, 0, 0, 0, 0, 6, 0, 0, 9, 9, 1, 3])),
        'protocol',
        /malformed/,
      ],
    ];
  it.each(HALF_WAY)('half way, since the peer %s, is no shorter answer', async (_, fault, kind, text) => {
    const { connector } = await start({
      find: (find, reply, count) => {
        if (count !== 1) return answer(find, reply);
        reply.match({ [Tag.patientId]: 'P1', [Tag.studyInstanceUid]: '2.25.7.1.1' });
        fault(reply);
      },
    });
    await expectFailure(ask(connector), kind, text);
    expectComplete(await ask(connector));
  });

  it('since the peer falls silent is given up', async () => {
    const { connector } = await start(
      { find: (find, reply, count) => (count === 1 ? reply.match({ [Tag.patientId]: 'P1' }) : answer(find, reply)) },
      { responseTimeoutMs: 300 },
    );
    await expectFailure(ask(connector), 'timeout', /said nothing for 0.3 s/, /response-timeout/);
    expectComplete(await ask(connector));
  });

  it('since the peer drips is given up, however alive it looks', async () => {
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
    await expectFailure(ask(connector), 'timeout', /said nothing for 0.3 s/);
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

describe('a caller who leaves', () => {
  it('sends C-CANCEL, after which the association is used again', async () => {
    const { connector, scp } = await start(
      {
        find: (find, reply, count) => {
          if (count > 1) return answer(find, reply);
          reply.match({ [Tag.patientId]: 'P1', [Tag.studyInstanceUid]: '2.25.7.1.1' });
          void reply.cancelled.then(() => reply.end(0xfe00));
        },
      },
      { maxAssociations: 1 },
    );
    const caller = new AbortController();
    const pending = ask(connector, QUESTION, caller.signal);
    while (scp.finds.length === 0) await delay(5);
    caller.abort();
    await expectFailure(pending, 'cancelled');
    expectComplete(await ask(connector));
    expect(scp.cancels).toBe(1);
    expect(scp.connections).toBe(1);
  });

  it('costs the association where the peer does not hear C-CANCEL, and no more', async () => {
    const { connector, scp } = await start(
      { find: (find, reply, count) => (count > 1 ? answer(find, reply) : undefined) },
      { maxAssociations: 1 },
    );
    await expectFailure(ask(connector, QUESTION, AbortSignal.timeout(100)), 'timeout', /before the deadline/);
    expectComplete(await ask(connector));
    expect(scp.connections).toBe(2);
  });
});

it('one that fails below the studies for good ends the others that were under way for it', async () => {
  const { connector, scp } = await start({
    find: (find, reply) => {
      if (find.level === 'STUDY') return answer(find, reply);
      if (find.keys.get(Tag.studyInstanceUid) === PATIENT.studies[0]?.studyInstanceUid) {
        const others = setInterval(() => {
          if (scp.finds.length < 3) return;
          clearInterval(others);
          reply.raw(Buffer.from([4, 0, 0, 0, 0, 6, 0, 0, 9, 9, 1, 3]));
        }, 5).unref();
        return;
      }
      void reply.cancelled.then(() => reply.end(0xfe00));
    },
  });
  await expectFailure(ask(connector), 'protocol', /malformed/);
  while (scp.cancels === 0) await delay(5);
  expect(scp.cancels).toBeGreaterThan(0);
});

describe('an answer with faults', () => {
  const study = { [Tag.patientId]: 'P1', [Tag.studyInstanceUid]: '2.25.7.1.1', [Tag.studyDate]: '20250101' };
  const only = (matches: Record<number, string | Buffer>[], status?: number): Script => ({
    find: (find, reply) => {
      if (find.level !== 'STUDY') return answer(find, reply);
      for (const match of matches) reply.match(match, status);
      reply.end();
    },
  });
  const studiesOf = async (script: Script) => {
    const { connector } = await start(script);
    return connector.search(QUESTION, { signal: AbortSignal.timeout(20_000), depth: 'study' });
  };

  it('more than was asked: other patients are left out', async () => {
    const { patients } = await studiesOf(
      only([
        study,
        { ...study, [Tag.patientId]: 'P2', [Tag.studyInstanceUid]: '2.25.9' },
        { [Tag.studyInstanceUid]: '2.25.8' },
      ]),
    );
    expect(patients.flatMap(({ studies }) => studies.map((one) => one.studyInstanceUid))).toEqual(['2.25.7.1.1']);
  });

  it('duplicates stand once', async () => {
    const { patients } = await studiesOf(only([study, study]));
    expect(patients.flatMap(({ studies }) => studies)).toHaveLength(1);
  });

  it('a missing UID is left out and told', async () => {
    const { patients, notices } = await studiesOf(
      only([study, { [Tag.patientId]: 'P1' }, { ...study, [Tag.studyInstanceUid]: 'abc' }]),
    );
    expect(patients.flatMap(({ studies }) => studies)).toHaveLength(1);
    expect(notices).toEqual([expect.objectContaining({ severity: 'WARN' })]);
    expect(notices[0]?.description).toMatch(/no valid UID.*missing/);
  });

  it('odd lengths, invalid dates and warnings are borne', async () => {
    const odd = { ...study, [Tag.patientName]: Buffer.from('A^B'), [Tag.studyDate]: Buffer.from('not a date!') };
    const { patients, notices } = await studiesOf(only([odd], 0xff01));
    expect(patients).toEqual([expect.objectContaining({ patientId: 'P1', patientName: 'A^B' })]);
    expect(patients[0]?.studies[0]?.studyInstanceUid).toBe('2.25.7.1.1');
    expect(notices).toEqual([]);
  });

  it('fewer instances than the archive counts are told', async () => {
    const { connector } = await start({
      find: (find, reply) => {
        if (find.level !== 'STUDY') return answer(find, reply);
        reply.match({ ...study, [Tag.numberOfStudyRelatedInstances]: '7' });
        reply.end();
      },
    });
    const { notices } = await ask(connector);
    expect(notices).toEqual([expect.objectContaining({ severity: 'WARN' })]);
    expect(notices[0]?.description).toMatch(/counts 3 images more/);
  });
});

describe('many callers', () => {
  it('hold no more associations than the limit, ask one question once, and are all answered', async () => {
    const { connector, scp } = await start({ find: answer }, { maxAssociations: 3 });
    const one = Array.from({ length: 25 }, () => ask(connector));
    const others = Array.from({ length: 25 }, (_, n) =>
      ask(connector, { ...emptyCriteria(), accessionNumbers: [`A1.${(n % 2) + 1}`] }),
    );
    for (const result of await Promise.all(one)) expectComplete(result);
    for (const { patients } of await Promise.all(others)) expect(patients[0]?.studies).toHaveLength(1);
    expect(scp.most).toBeLessThanOrEqual(3);
    expect(scp.finds.filter(({ keys }) => keys.get(Tag.patientId) === 'P1' && keys.has(Tag.studyDate))).toHaveLength(1);
  });

  it('leave associations that are released after a short time', async () => {
    const { connector, scp } = await start({ find: answer }, { idleTimeoutMs: 50 });
    expectComplete(await ask(connector));
    while (scp.open > 0) await delay(10);
    expect(scp.releases).toBe(scp.connections);
  });
});

describe('the health check', () => {
  it('tells the latency of C-ECHO and the associations', async () => {
    const { connector } = await start({});
    const { latencyMs, details } = await connector.check(AbortSignal.timeout(10_000));
    expect(latencyMs).toBeGreaterThan(0);
    expect(details).toMatchObject({ associations: 1, maxAssociations: 4 });
  });

  it('is well where every association is in use and answers on it', async () => {
    const { connector, scp } = await start(
      {
        find: (_, reply) => {
          // Unref'd: where the connection ends before the C-CANCEL, nothing else ends it.
          const drip = setInterval(() => reply.match({ [Tag.patientId]: 'P2' }), 20).unref();
          void reply.cancelled.then(() => {
            clearInterval(drip);
            reply.end(0xfe00);
          });
        },
      },
      { maxAssociations: 1, echoTimeoutMs: 500 },
    );
    const caller = new AbortController();
    const pending = ask(connector, QUESTION, caller.signal);
    while (scp.finds.length === 0) await delay(5);
    const { details } = await connector.check(AbortSignal.timeout(10_000));
    expect(details?.echo).toMatch(/every association is in use/);
    caller.abort();
    await expectFailure(pending, 'cancelled');
  });

  it('has a time-out of its own', async () => {
    const { connector } = await start({ negotiate: () => 'silence' }, { echoTimeoutMs: 200 });
    const check = connector.check(AbortSignal.timeout(20_000));
    await expectFailure(check, 'timeout', /no answer to C-ECHO within 0.2 s/, /hangs.*firewall/);
  });
});
