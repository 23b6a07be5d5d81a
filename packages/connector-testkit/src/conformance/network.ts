import { type Address, type Fault, faultProxy, type FaultProxy } from '../fixtures/fault-proxy.js';
import { type ConformanceCase } from './conformance-case.js';
import { type OptionalAttribute } from './expectation.js';
import { type OpenConnector, type Trial, withConnector } from './trial.js';

const QUESTION = { patientIds: [{ id: 'DEMO-1' }] };

export interface NetworkOptions {
  /** Where the archive listens. */
  target: Address;
  /** As `open`, but the connector reaches the archive at `address`, where a proxy stands before it. */
  openVia(address: Address): Promise<OpenConnector>;
}

interface NetworkCase {
  name: string;
  run(trial: Trial, proxy: FaultProxy): Promise<void>;
}

/** An archive behind a bad network: the fault is told, no half answer passes for a whole one, and afterwards all is well. */
const NETWORK_CASES: NetworkCase[] = [
  {
    name: 'is "unavailable" while nobody listens, and answers afterwards',
    async run(trial, proxy) {
      await proxy.fail({ kind: 'refuse' });
      await trial.expectRejection(trial.search(QUESTION), 'unavailable');
      await trial.expectRejection(trial.connector.check(AbortSignal.timeout(20_000)), 'unavailable');
      await healed(proxy);
      await trial.expectHoldings(QUESTION);
    },
  },
  {
    name: 'finds the archive again after it has lost every connection',
    async run(trial, proxy) {
      await trial.expectHoldings(QUESTION);
      await proxy.fail({ kind: 'refuse' });
      await healed(proxy);
      await trial.expectHoldings(QUESTION);
    },
  },
  {
    name: 'gives a silent archive up at the deadline, and answers afterwards',
    async run(trial, proxy) {
      await proxy.fail({ kind: 'hang' });
      await trial.expectRejection(trial.search(QUESTION, 'instance', AbortSignal.timeout(500)), 'timeout');
      await healed(proxy);
      await trial.expectHoldings(QUESTION);
    },
  },
  {
    name: 'gives an archive up at the deadline that falls silent on an open connection',
    async run(trial, proxy) {
      await trial.expectHoldings(QUESTION);
      await proxy.fail({ kind: 'hang' });
      await trial.expectRejection(trial.search(QUESTION, 'instance', AbortSignal.timeout(500)), 'timeout');
      await healed(proxy);
      await trial.expectHoldings(QUESTION);
    },
  },
  {
    name: 'takes no half answer for a whole one, wherever the connection breaks',
    async run(trial, proxy) {
      for (const afterBytes of [1, 50, 200, 500, 1_000, 2_000, 4_000]) {
        await proxy.fail({ kind: 'reset', afterBytes });
        // Whole, since it was short or asked for again; or refused with the reason. Nothing between.
        await trial.expectHoldingsOrRejection(QUESTION);
      }
      await healed(proxy);
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

/** All is well again, and the connector has had the time to hear that connections it kept are gone. */
async function healed(proxy: FaultProxy): Promise<void> {
  await proxy.heal();
  await new Promise((resolve) => setTimeout(resolve, 200));
}

/** {@link NETWORK_CASES} through a proxy of its own each. */
export function networkCases(options: NetworkOptions, lacks: ReadonlySet<OptionalAttribute>): ConformanceCase[] {
  return NETWORK_CASES.map(({ name, run }) => ({
    name,
    async run() {
      const proxy = await faultProxy({ target: options.target });
      try {
        const address = { host: proxy.host, port: proxy.port };
        await withConnector(
          () => options.openVia(address),
          lacks,
          (trial) => run(trial, proxy),
        );
      } finally {
        await proxy.close();
      }
    },
  }));
}
