import { type Address, type Fault, faultProxy, type FaultProxy } from '../fixtures/fault-proxy.js';
import { type ConformanceCase } from './conformance-case.js';
import { retrieveThroughFaults } from './retrieval-network.js';
import { type OpenConnector, type TestedArchive, type Trial, withConnector } from './trial.js';

const QUESTION = { patientIds: [{ id: 'DEMO-1' }] };
/** A deadline that passes in some tests, milliseconds. */
const SHORT_MS = 1_500;
/** Of an answer by HTTP. In other protocols, this text does not occur. */
const END_OF_HEADERS = '\r\n\r\n';

/** How the tests put a faulty network before the archive. */
export interface NetworkOptions {
  /** The address of the archive. */
  target: Address;
  /** Like `open`, with a connector that reaches the archive at `address`, the address of a proxy. */
  openVia(address: Address): Promise<OpenConnector>;
  /** Whether the archive also has the images of the sample archive, and the connector retrieves them from `address`. */
  retrieves?: boolean;
}

interface NetworkCase {
  name: string;
  run(trial: Trial, proxy: FaultProxy): Promise<void>;
}

/** A faulty network: the connector reports the fault, never returns half a result, and works afterwards. */
const NETWORK_CASES: NetworkCase[] = [
  {
    name: 'rejects with "unavailable" while the archive does not listen, and answers afterwards',
    async run(trial, proxy) {
      await proxy.fail({ kind: 'refuse' });
      await trial.expectRejection(trial.search(QUESTION), 'unavailable');
      await trial.expectRejection(trial.connector.check(AbortSignal.timeout(20_000)), 'unavailable');
      await repair(proxy);
      await trial.expectHoldings(QUESTION);
    },
  },
  {
    name: 'reconnects after it has lost all connections',
    async run(trial, proxy) {
      await trial.expectHoldings(QUESTION);
      await proxy.fail({ kind: 'refuse' });
      await repair(proxy);
      await trial.expectHoldings(QUESTION);
    },
  },
  {
    name: 'stops waiting for a silent archive at the deadline, and answers afterwards',
    async run(trial, proxy) {
      await proxy.fail({ kind: 'hang' });
      await trial.expectRejection(trial.search(QUESTION, 'instance', AbortSignal.timeout(500)), 'timeout');
      await repair(proxy);
      await trial.expectHoldings(QUESTION);
    },
  },
  {
    name: 'stops waiting at the deadline for an archive that becomes silent on an open connection',
    async run(trial, proxy) {
      await trial.expectHoldings(QUESTION);
      await proxy.fail({ kind: 'hang' });
      await trial.expectRejection(trial.search(QUESTION, 'instance', AbortSignal.timeout(500)), 'timeout');
      await repair(proxy);
      await trial.expectHoldings(QUESTION);
    },
  },
  {
    name: 'never returns half a result, wherever the connection breaks',
    async run(trial, proxy) {
      for (const afterBytes of [1, 50, 200, 500, 1_000, 2_000, 4_000]) {
        await proxy.fail({ kind: 'reset', afterBytes });
        // A short answer may pass whole, and a connector may ask again.
        await trial.expectHoldingsOrFault(QUESTION);
      }
      await repair(proxy);
      await trial.expectHoldings(QUESTION);
    },
  },
  {
    name: 'never takes the end of a connection for the end of an answer',
    async run(trial, proxy) {
      for (const after of [END_OF_HEADERS, 1, 80, 300, 700, 1_500, 3_000]) {
        await proxy.fail({ kind: 'close', after });
        await trial.expectHoldingsOrFault(QUESTION);
      }
      await repair(proxy);
      await trial.expectHoldings(QUESTION);
    },
  },
  {
    name: 'never returns what the archive does not have, although bytes of its answer come twice',
    async run(trial, proxy) {
      for (const afterBytes of [0, 30, 150, 400, 1_500]) {
        await proxy.fail({ kind: 'repeat', afterBytes, bytes: 64 });
        await trial.expectHoldingsOrFault(QUESTION, AbortSignal.timeout(SHORT_MS));
        // It may still wait for the rest of an answer whose length it has misread.
        await proxy.fail({ kind: 'refuse' });
      }
      await repair(proxy);
      await trial.expectHoldings(QUESTION);
    },
  },
  {
    name: 'ends at the deadline although its open connections are dead and it does not know, and answers afterwards',
    async run(trial, proxy) {
      await trial.expectHoldings(QUESTION);
      await proxy.fail({ kind: 'half-open' });
      await trial.expectHoldingsOrFault(QUESTION, AbortSignal.timeout(SHORT_MS));
      await repair(proxy);
      await trial.expectHoldings(QUESTION);
    },
  },
  {
    name: 'ends at the deadline although the answer still drips, and answers afterwards',
    async run(trial, proxy) {
      await proxy.fail({ kind: 'drip', bytesPerSecond: 100 });
      const signal = AbortSignal.timeout(SHORT_MS);
      await trial.expectAtOnceAfter(signal, trial.expectHoldingsOrFault(QUESTION, signal));
      await repair(proxy);
      await trial.expectHoldings(QUESTION);
    },
  },
  {
    name: 'waits for an archive that is slow but answers in time',
    async run(trial, proxy) {
      const slow: Fault = { kind: 'drip', bytesPerSecond: 20_000 };
      await proxy.fail(slow);
      await trial.expectHoldings(QUESTION);
    },
  },
];

const RETRIEVAL_CASE: NetworkCase = {
  name: 'retrieves whole instances or throws, whatever the fault of the network, and retrieves afterwards',
  run: retrieveThroughFaults,
};

/** Repairs the network, and gives the connector time to notice that its connections are closed. */
async function repair(proxy: FaultProxy): Promise<void> {
  await proxy.removeFault();
  await new Promise((resolve) => setTimeout(resolve, 200));
}

/** Returns {@link NETWORK_CASES}, each with its own proxy. */
export function networkCases(options: NetworkOptions, archive: TestedArchive): ConformanceCase[] {
  const cases = options.retrieves ? [...NETWORK_CASES, RETRIEVAL_CASE] : NETWORK_CASES;
  return cases.map(({ name, run }) => ({
    name,
    async run() {
      const proxy = await faultProxy({ target: options.target });
      try {
        const address = { host: proxy.host, port: proxy.port };
        await withConnector(
          () => options.openVia(address),
          archive,
          (trial) => run(trial, proxy),
        );
      } finally {
        await proxy.close();
      }
    },
  }));
}
