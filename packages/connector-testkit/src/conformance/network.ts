import { type Address, type Fault, faultProxy, type FaultProxy } from '../fixtures/fault-proxy.js';
import { type ConformanceCase } from './conformance-case.js';
import { type OpenConnector, type TestedArchive, type Trial, withConnector } from './trial.js';

const QUESTION = { patientIds: [{ id: 'DEMO-1' }] };

/** How the tests put a faulty network before the archive. */
export interface NetworkOptions {
  /** The address of the archive. */
  target: Address;
  /** Like `open`, with a connector that reaches the archive at `address`, the address of a proxy. */
  openVia(address: Address): Promise<OpenConnector>;
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
        await trial.expectHoldingsOrRejection(QUESTION);
      }
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

/** Repairs the network, and gives the connector time to notice that its connections are closed. */
async function repair(proxy: FaultProxy): Promise<void> {
  await proxy.heal();
  await new Promise((resolve) => setTimeout(resolve, 200));
}

/** Returns {@link NETWORK_CASES}, each with its own proxy. */
export function networkCases(options: NetworkOptions, archive: TestedArchive): ConformanceCase[] {
  return NETWORK_CASES.map(({ name, run }) => ({
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
