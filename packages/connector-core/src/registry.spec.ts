import { describe, expect, it, jest } from '@jest/globals';
import {
  type Connector,
  type ConnectorDefinition,
  type ConnectorPlugin,
  type RetrievedInstance,
  type SearchResult,
} from './connector.js';
import { emptyCriteria, type IdentifierKind, type SearchCriteria } from './criteria.js';
import { ConnectorError } from './errors.js';
import { limitCriteria } from './limited-connector.js';
import { ConnectorRegistry, RefusedConnectorsError } from './registry.js';

class Settings {
  broken = false;
}

class FakeConnector implements Connector {
  readonly type = 'FAKE';
  readonly asked: SearchCriteria[] = [];
  closed = false;

  constructor(readonly id: string) {}

  async search(criteria: SearchCriteria): Promise<SearchResult> {
    this.asked.push(criteria);
    return { patients: [{ patientId: '1', studies: [] }], notices: [] };
  }

  async check() {
    return { latencyMs: 1 };
  }

  async close() {
    this.closed = true;
  }
}

const made = new Map<string, FakeConnector>();
const plugin: ConnectorPlugin<Settings> = {
  type: 'FAKE',
  settings: Settings,
  create(definition) {
    if (definition.settings.broken) {
      throw new ConnectorError(definition.id, 'misconfigured', 'the stores do not fit', { remedy: 'Give both.' });
    }
    const connector = new FakeConnector(definition.id);
    made.set(definition.id, connector);
    return connector;
  },
};

function define(id: string, more: Partial<ConnectorDefinition<Settings>> = {}): ConnectorDefinition<Settings> {
  return { id, type: 'FAKE', deactivated: [], settings: new Settings(), ...more };
}

function registry(defaultIds?: string[], ...more: ConnectorDefinition[]) {
  return new ConnectorRegistry({ plugins: [plugin], definitions: [define('a'), define('b'), ...more], defaultIds });
}

const ids = (connectors: readonly Connector[]) => connectors.map(({ id }) => id);

describe('the connectors that a request searches', () => {
  it('are those that it names', () => {
    expect(ids(registry(['a']).select(['b']))).toEqual(['b']);
    expect(ids(registry(['a']).select(['b', 'b', 'a']))).toEqual(['b', 'a']);
  });

  it('are those of connector.default if it names none, and all without a default', () => {
    expect(ids(registry(['b']).select())).toEqual(['b']);
    expect(ids(registry().select([]))).toEqual(['a', 'b']);
  });

  it('are all if an id is wrong, in the default or in the request', () => {
    expect(ids(registry(['b', 'nobody']).select())).toEqual(['a', 'b']);
    expect(ids(registry(['a']).select(['nobody']))).toEqual(['a', 'b']);
    expect(ids(registry(['a']).select(['a', 'nobody']))).toEqual(['a', 'b']);
  });

  it('are all usable ones if the default names one that is left out', () => {
    const broken = define('c', { settings: { broken: true } });
    expect(ids(registry(['c'], broken).select())).toEqual(['a', 'b']);
  });

  it('are no others instead of one that is named and left out', () => {
    const broken = define('c', { settings: { broken: true } });
    const all = registry(undefined, broken);
    expect(ids(all.select(['c']))).toEqual([]);
    expect(ids(all.select(['c', 'b']))).toEqual(['b']);
    expect(all.missing(['c', 'b']).map(({ id }) => id)).toEqual(['c']);
    expect(ids(all.select(['c', 'nobody']))).toEqual(['a', 'b']);
    expect(all.missing(['c', 'nobody']).map(({ id }) => id)).toEqual(['c']);
  });

  it('names the left-out connectors that the request would have asked as well', () => {
    const broken = define('c', { settings: { broken: true } });
    expect(
      registry(undefined, broken)
        .missing()
        .map(({ id }) => id),
    ).toEqual(['c']);
    expect(registry(['a', 'b'], broken).missing()).toEqual([]);
    expect(
      registry(['a'], broken)
        .missing(['c'])
        .map(({ id }) => id),
    ).toEqual(['c']);
  });
});

describe('connectors that cannot be used', () => {
  it('are left out with the reason, the others stay', () => {
    const result = new ConnectorRegistry({
      plugins: [plugin],
      definitions: [define('a'), define('b', { settings: { broken: true } }), define('c', { type: 'TELEPATHY' })],
      leftOut: [{ id: 'd', reasons: ['no host'] }],
    });
    expect(ids(result.connectors)).toEqual(['a']);
    expect(result.leftOut.map(({ id, reasons }) => [id, reasons])).toEqual([
      ['d', ['no host']],
      ['b', ['the stores do not fit. Give both. [archive.misconfigured]']],
      ['c', ['no plug-in knows the type TELEPATHY; known: FAKE [archive.plugin.missing]']],
    ]);
  });
});

it('reports the warnings of all connectors with their codes, also of those with deactivated criteria', () => {
  const warning: ConnectorPlugin<Settings> = {
    ...plugin,
    create: (definition) =>
      Object.assign(new FakeConnector(definition.id), {
        warnings: ['the driver is another', 'a column is missing [db.column.missing]'],
      }),
  };
  const { warnings } = new ConnectorRegistry({
    plugins: [warning],
    definitions: [define('a'), define('b', { deactivated: ['patientIds'] })],
  });
  expect(warnings).toEqual([
    'connector a: the driver is another [archive.settings.warning]',
    'connector a: a column is missing [db.column.missing]',
    'connector b: the driver is another [archive.settings.warning]',
    'connector b: a column is missing [db.column.missing]',
  ]);
});

it('uses the first plug-in of a type', () => {
  const another: ConnectorPlugin<Settings> = {
    ...plugin,
    create: () => {
      throw new Error('another plug-in');
    },
  };
  const { connectors } = new ConnectorRegistry({ plugins: [plugin, another], definitions: [define('a')] });
  expect(ids(connectors)).toEqual(['a']);
});

describe('search-criteria.deactivated', () => {
  it('keeps the rest of the connector', async () => {
    const connector = limitCriteria(new FakeConnector('x'), ['patientIds']);
    expect(connector.connections).toBeUndefined();
    const use = { inUse: 1, idle: 2, limit: 3 };
    const counted = Object.assign(new FakeConnector('x'), { connections: () => use });
    expect(limitCriteria(counted, ['patientIds']).connections?.()).toBe(use);
    expect(connector.retrieve).toBeUndefined();
    const retrieved = (async function* (): AsyncGenerator<RetrievedInstance> {})();
    const retrieve = jest.fn<NonNullable<Connector['retrieve']>>(() => retrieved);
    const { signal } = new AbortController();
    const request = { studyInstanceUid: '1.2' };
    const retrieving = limitCriteria(Object.assign(new FakeConnector('x'), { retrieve }), ['patientIds']);
    expect(retrieving.retrieve?.(request, signal)).toBe(retrieved);
    expect(retrieve).toHaveBeenCalledWith(request, signal);
  });

  const options = { signal: new AbortController().signal, depth: 'instance' as const };
  const limited = (...deactivated: IdentifierKind[]) => {
    const connector = registry(undefined, define('x', { deactivated })).get('x');
    const inner = made.get('x');
    if (!connector || !inner) throw new Error('no connector x');
    return { connector, inner };
  };

  it('searches by the other kinds, and names those that it ignores', async () => {
    const { connector, inner } = limited('patientIds');
    const criteria = { ...emptyCriteria(), patientIds: [{ id: '1' }], accessionNumbers: ['A1'] };
    const result = await connector.search(criteria, options);
    expect(inner.asked).toEqual([{ ...emptyCriteria(), accessionNumbers: ['A1'] }]);
    expect(result.patients).toHaveLength(1);
    expect(result.notices).toEqual([
      {
        severity: 'INFO',
        code: 'archive.search.identifier-deactivated',
        title: 'Not searched',
        description:
          'Archive x was not searched by Patient ID: its configuration does not allow it (search-criteria.deactivated).',
      },
    ]);
    expect(criteria.patientIds).toHaveLength(1);
  });

  it('does not search if no kind remains', async () => {
    const { connector, inner } = limited('patientIds', 'sopInstanceUids');
    const result = await connector.search(
      { ...emptyCriteria(), patientIds: [{ id: '1' }], sopInstanceUids: ['1.2'] },
      options,
    );
    expect(inner.asked).toEqual([]);
    expect(result).toMatchObject({
      patients: [],
      notices: [
        {
          code: 'archive.search.identifier-deactivated',
          description: expect.stringContaining('Archive x was not searched by Patient ID, SOP Instance UID:'),
        },
      ],
    });
  });

  it('passes on everything else', async () => {
    const { connector, inner } = limited('patientIds');
    await connector.search({ ...emptyCriteria(), studyInstanceUids: ['1.2'] }, options);
    expect(inner.asked).toHaveLength(1);
    expect(await connector.check(options.signal)).toEqual({ latencyMs: 1 });
    await connector.close();
    expect(inner.closed).toBe(true);
  });
});

describe('another configuration', () => {
  it('keeps the connectors that are the same, makes the others, and returns those that are not used any more', () => {
    const all = registry(['a'], define('gone'));
    const [a, b, gone] = all.connectors;
    const replaced = all.update({
      definitions: [define('new'), define('b', { deactivated: ['patientIds'] }), define('a')],
      defaultIds: ['new'],
    });
    expect(ids(all.connectors)).toEqual(['new', 'b', 'a']);
    expect(all.get('a')).toBe(a);
    expect(all.get('b')).not.toBe(b);
    expect(all.get('gone')).toBeUndefined();
    expect(ids(all.select())).toEqual(['new']);
    expect(replaced).toEqual([b, gone]);
    expect(replaced.some((connector) => (connector as FakeConnector).closed)).toBe(false);
  });

  it('is used as a whole or not at all', () => {
    const all = registry(['a']);
    const before = all.connectors;
    const definitions = [define('fine'), define('b', { settings: { broken: true } })];
    const failure = (() => {
      try {
        return all.update({ definitions });
      } catch (error) {
        return error as RefusedConnectorsError;
      }
    })();
    expect(failure).toBeInstanceOf(RefusedConnectorsError);
    expect((failure as RefusedConnectorsError).refused).toEqual([
      { id: 'b', type: 'FAKE', reasons: ['the stores do not fit. Give both. [archive.misconfigured]'] },
    ]);
    expect(all.connectors).toBe(before);
    expect(ids(all.select())).toEqual(['a']);
    expect(made.get('fine')?.closed).toBe(true);
  });

  it('names those that the check of the configuration has left out', () => {
    const all = registry();
    all.update({ definitions: [define('a')], leftOut: [{ id: 'b', reasons: ['no host'] }] });
    expect(all.missing()).toEqual([{ id: 'b', reasons: ['no host'] }]);
  });
});

it('closes every connector, also when one fails to', async () => {
  const all = registry();
  const [first, second] = [made.get('a'), made.get('b')];
  if (!first || !second) throw new Error('no connectors');
  first.close = async () => Promise.reject(new Error('stuck'));
  await all.close();
  expect(second.closed).toBe(true);
});
