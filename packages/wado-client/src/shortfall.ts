import { ConnectorError, counted } from '@pacs-connectors/connector-core';
import { codes } from './error-codes.js';
import { StatusError } from './http/index.js';

/** So many failures one after another mean that the archive fails, not single instances. */
const MOST_FAILURES = 3;

/** What a retrieval lacks, for the error at its end. */
export class Shortfall {
  private count = { returned: 0, missing: 0, other: 0, unreadable: 0 };
  private failures: StatusError[] = [];
  private failuresInARow = 0;

  constructor(
    private readonly connectorId: string,
    private readonly address: string,
  ) {}

  returned(): void {
    this.count.returned++;
    this.failuresInARow = 0;
  }

  missing(): void {
    this.count.missing++;
  }

  other(): void {
    this.count.other++;
  }

  unreadable(): void {
    this.count.unreadable++;
  }

  /** Counts a request that the archive refused, as a missing one. @throws the error of a fault that the next request has too. */
  failed(error: unknown): undefined {
    const isOfRequest = error instanceof StatusError && ![401, 429, 503].includes(error.status);
    if (!isOfRequest || ++this.failuresInARow >= MOST_FAILURES) throw error;
    this.failures.push(error);
  }

  /** @throws ConnectorError if something is missing, although the archive returned or knows a part of what was requested. */
  throwIfAny(): void {
    const { returned, missing, other, unreadable } = this.count;
    const [failure] = this.failures;
    if (failure && returned + other + unreadable === 0) throw failure;
    if (other + unreadable === 0 && (missing === 0 || returned === 0)) return;
    const faults = [
      { count: other, code: codes['wado.instance.other'], what: 'other than the requested ones' },
      { count: unreadable, code: codes['wado.instance.unreadable'], what: 'that are not DICOM files' },
    ].filter(({ count }) => count > 0);
    const texts = faults.map(({ count, what }) => `it returned ${counted(count, 'instance')} ${what}`);
    if (missing > 0)
      texts.push(`it does not return ${counted(missing, 'instance')}${failure ? ` (HTTP ${failure.status})` : ''}`);
    throw new ConnectorError(this.connectorId, 'protocol', `${this.address}: ${texts.join(', and ')}`, {
      code: faults[0]?.code ?? codes['wado.instance.missing'],
      remedy: 'Check these instances in the archive.',
      cause: failure,
    });
  }
}
