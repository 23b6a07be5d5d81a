import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  archiveErrors,
  type Connector,
  ConnectorError,
  type ConnectorStatus,
  errorTable,
  type Notice,
  PatientTree,
  type SearchCriteria,
  type SearchOptions,
  type SearchResult,
} from '@pacs-connectors/connector-core';
import { type Address } from '../fixtures/fault-proxy.js';
import { type InstanceRow, instanceRows } from '../fixtures/sample-archive.js';
import { conformanceCases, type ConformanceOptions } from './index.js';

/** A correct connector to a list in memory. Each test below breaks one thing. */
class MemoryConnector implements Connector {
  readonly id = 'memory';
  readonly type: string = 'MEMORY';
  private readonly closing = new AbortController();

  async search(criteria: SearchCriteria, options: SearchOptions): Promise<SearchResult> {
    await this.until(delay(1), options.signal);
    return { patients: this.tree(instanceRows().filter((row) => this.matches(row, criteria))).result(), notices: [] };
  }

  async check(signal: AbortSignal): Promise<ConnectorStatus> {
    await this.until(delay(1), signal);
    return { latencyMs: 1 };
  }

  async close(): Promise<void> {
    this.closing.abort();
  }

  protected matches({ patient, study, series, instance }: InstanceRow, criteria: SearchCriteria): boolean {
    return (
      criteria.patientIds.some(
        ({ id, issuer }) => this.equal(patient.patientId, id) && (!issuer || issuer === patient.issuerOfPatientId),
      ) ||
      criteria.studyInstanceUids.includes(study.studyInstanceUid) ||
      criteria.accessionNumbers.some((number) => this.equal(study.accessionNumber, number)) ||
      criteria.seriesInstanceUids.includes(series.seriesInstanceUid) ||
      criteria.sopInstanceUids.includes(instance.sopInstanceUid)
    );
  }

  protected equal(held: string | undefined, asked: string): boolean {
    return held === asked;
  }

  protected tree(rows: InstanceRow[]): PatientTree {
    const tree = new PatientTree();
    for (const { patient, study, series, instance } of rows) {
      const studyNode = tree.study(tree.patient(strip(patient, 'studies')), strip(study, 'series'));
      tree.instance(tree.seriesOf(studyNode, strip(series, 'instances')), { ...instance });
    }
    return tree;
  }

  protected async until(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
    const end = AbortSignal.any([signal, this.closing.signal]);
    await Promise.race([
      work,
      new Promise<void>((resolve) => (end.aborted ? resolve() : end.addEventListener('abort', () => resolve()))),
    ]);
    if (this.closing.signal.aborted) throw new ConnectorError(this.id, 'cancelled', 'the connector is closed');
    if (signal.aborted) throw ConnectorError.aborted(this.id, signal);
  }
}

function strip<Node extends object>(node: Node, name: keyof Node): Node {
  const rest = { ...node };
  delete rest[name];
  return rest;
}

function casesFor(connector: new () => Connector, options?: ConformanceOptions) {
  return conformanceCases(async () => {
    const opened = new connector();
    return { connector: opened, close: () => opened.close() };
  }, options);
}

/** Returns the names of the tests that `connector` fails. */
async function failures(connector: new () => Connector, options?: ConformanceOptions): Promise<string[]> {
  const outcomes = await Promise.all(
    casesFor(connector, options).map(({ name, run }) =>
      run().then(
        () => [],
        () => [name],
      ),
    ),
  );
  return outcomes.flat();
}

describe('a correct connector', () => {
  for (const { name, run } of casesFor(MemoryConnector)) it(name, run);
});

it('ignores attributes that the archive lacks', async () => {
  class Forgetful extends MemoryConnector {
    protected override tree(rows: InstanceRow[]): PatientTree {
      return super.tree(
        rows.map((row) => ({
          ...row,
          patient: { ...row.patient, issuerOfPatientId: undefined },
          series: { ...row.series, seriesTime: undefined },
        })),
      );
    }
    protected override matches(row: InstanceRow, criteria: SearchCriteria): boolean {
      const patientIds = criteria.patientIds.map(({ id }) => ({ id }));
      return super.matches(row, { ...criteria, patientIds });
    }
  }
  expect(await failures(Forgetful)).toContain('distinguishes patients with the same id by the issuer');
  expect(await failures(Forgetful, { lacks: ['issuerOfPatientId', 'seriesTime'] })).toEqual([]);
});

describe('codes', () => {
  const notice = { severity: 'INFO' as const, title: 'Cut', description: 'The archive cut the result.' };
  const { codes } = archiveErrors;
  const other = errorTable({ 'memory.cut': { title: 'Cut', meaning: 'm', remedy: 'r', since: '1' } });
  const withNotice = (code?: string) =>
    class extends MemoryConnector {
      override async search(criteria: SearchCriteria, options: SearchOptions) {
        const { patients, notices } = await super.search(criteria, options);
        return { patients, notices: [...notices, { ...notice, code } as Notice] };
      }
    };
  const name = 'finds by one of patientIds';

  it('may be missing in a notice, unless the connector has an error table', async () => {
    expect(await failures(withNotice())).toEqual([]);
    expect(await failures(withNotice(), { errors: other })).toContain(name);
  });

  it('of a notice must have the right form, and be in the table or in that of connector-core', async () => {
    expect(await failures(withNotice('Result cut!'))).toContain(name);
    expect(await failures(withNotice(other.codes['memory.cut']), { errors: other })).toEqual([]);
    expect(await failures(withNotice(codes['archive.notice']), { errors: other })).toEqual([]);
    expect(await failures(withNotice(other.codes['memory.cut']), { errors: archiveErrors })).toContain(name);
  });
});

describe('finds the fault of a connector that', () => {
  const faulty: Record<string, [new () => Connector, string]> = {
    'loses one instance': [
      class extends MemoryConnector {
        protected override tree(rows: InstanceRow[]) {
          return super.tree(rows.slice(0, -1));
        }
      },
      'returns every patient with the whole tree and all attributes',
    ],
    'loses an attribute': [
      class extends MemoryConnector {
        protected override tree(rows: InstanceRow[]) {
          return super.tree(rows.map((row) => ({ ...row, study: { ...row.study, studyTime: undefined } })));
        }
      },
      'finds by one of patientIds',
    ],
    'returns a study twice': [
      class extends MemoryConnector {
        override async search(criteria: SearchCriteria, options: SearchOptions) {
          const { patients, notices } = await super.search(criteria, options);
          return { patients: [...patients, ...patients], notices };
        }
      },
      'returns the union of several kinds, each node once',
    ],
    'reads wildcards': [
      class extends MemoryConnector {
        protected override equal(held: string | undefined, asked: string) {
          const pattern = asked
            .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
            .replaceAll('*', '.*')
            .replaceAll('?', '.');
          return new RegExp(`^${pattern}$`).test(held ?? '');
        }
      },
      'finds exactly a value that contains a wildcard character',
    ],
    'returns everything for an empty value': [
      class extends MemoryConnector {
        protected override equal(held: string | undefined, asked: string) {
          return asked === '' || held === asked;
        }
      },
      'never returns the whole archive for an empty value or empty criteria',
    ],
    'omits the newest studies': [
      class extends MemoryConnector {
        protected override tree(rows: InstanceRow[]) {
          return super.tree(rows.filter((row) => row.study.studyDate !== '20240601'));
        }
      },
      'returns every study that passes the filter: mostRecentResults',
    ],
    'changes the criteria': [
      class extends MemoryConnector {
        override search(criteria: SearchCriteria, options: SearchOptions) {
          criteria.studyInstanceUids.sort();
          return super.search(criteria, options);
        }
      },
      'finds by several values of one kind',
    ],
    'ignores that the caller has left': [
      class extends MemoryConnector {
        override search(criteria: SearchCriteria, options: SearchOptions) {
          return super.search(criteria, { ...options, signal: new AbortController().signal });
        }
      },
      'rejects with "cancelled" at once when the caller leaves, and answers the next search',
    ],
    'reports a cancellation as a timeout': [
      class extends MemoryConnector {
        override search(criteria: SearchCriteria, options: SearchOptions) {
          return super.search(criteria, options).catch((error: unknown) => {
            throw new ConnectorError(this.id, 'timeout', String(error));
          });
        }
      },
      'rejects with "cancelled" if the caller left before the search, and answers the next search',
    ],
    'returns a sample study that the archive does not have': [
      class extends MemoryConnector {
        sampleStudy(): Promise<string | undefined> {
          return Promise.resolve('1.2.3');
        }
      },
      'returns a study of the archive as a sample if it can browse, and answers the next search',
    ],
    'throws another error than a ConnectorError': [
      class extends MemoryConnector {
        override check(): Promise<ConnectorStatus> {
          return Promise.reject(new Error('pool is draining'));
        }
      },
      'rejects searches and checks after it was closed, and may be closed again',
    ],
    'throws an error without a code': [
      class extends MemoryConnector {
        override search(criteria: SearchCriteria, options: SearchOptions) {
          return super.search(criteria, options).catch((error: unknown) => {
            throw Object.assign(error as Error, { code: undefined });
          });
        }
      },
      'rejects with "cancelled" if the caller left before the search, and answers the next search',
    ],
    'still works after it was closed': [
      class extends MemoryConnector {
        override close() {
          return Promise.resolve();
        }
      },
      'rejects searches and checks after it was closed, and may be closed again',
    ],
  };
  for (const [fault, [connector, name]] of Object.entries(faulty)) {
    it(fault, async () => expect(await failures(connector)).toContain(name));
  }
});

describe('over a network', () => {
  const body = JSON.stringify(instanceRows());
  const target = { host: '127.0.0.1', port: 0 };
  let server: Server;

  beforeAll(async () => {
    server = createServer((_, response) => response.end(body.slice(0, 6_000)));
    await once(server.listen(0, target.host), 'listening');
    target.port = (server.address() as AddressInfo).port;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  /** Returns the tree of its memory after its server has answered. */
  class HttpConnector extends MemoryConnector {
    constructor(private readonly address: Address) {
      super();
    }
    override async search(criteria: SearchCriteria, options: SearchOptions): Promise<SearchResult> {
      await this.ask(options.signal);
      return super.search(criteria, options);
    }
    override async check(signal: AbortSignal): Promise<ConnectorStatus> {
      await this.ask(signal);
      return super.check(signal);
    }
    protected async ask(signal: AbortSignal): Promise<void> {
      const { host, port } = this.address;
      const answer = fetch(`http://${host}:${port}`, { signal }).then((response) => response.text());
      await this.until(answer, signal).catch((error: unknown) => {
        if (signal.aborted) throw ConnectorError.aborted(this.id, signal);
        throw ConnectorError.from(this.id, error, 'unavailable');
      });
    }
  }
  /** Takes a broken connection for the end of an answer. */
  class Careless extends HttpConnector {
    override async search(criteria: SearchCriteria, options: SearchOptions): Promise<SearchResult> {
      try {
        return await super.search(criteria, options);
      } catch {
        return { patients: [], notices: [] };
      }
    }
  }
  const networkCasesFor = (connector: new (address: Address) => Connector) => {
    const openVia = async (address: Address) => {
      const opened = new connector(address);
      return { connector: opened, close: () => opened.close() };
    };
    const all = conformanceCases(() => openVia(target), { network: { target, openVia } });
    return all.slice(casesFor(MemoryConnector).length);
  };

  for (const { name, run } of networkCasesFor(HttpConnector)) it(name, run);

  it('finds the fault of a connector that returns half a result', async () => {
    const name = 'never returns half a result, wherever the connection breaks';
    const found = networkCasesFor(Careless).find((candidate) => candidate.name === name);
    await expect(found?.run()).rejects.toThrow(/deep/);
  });
});
