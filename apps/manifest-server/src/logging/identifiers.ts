import { createHmac, randomBytes } from 'node:crypto';
import { type LoggingSettings } from '@pacs-connectors/config-core';
import { type SearchCriteria } from '@pacs-connectors/connector-core';

/** Characters of a hash: 60 bits, enough to tell the identifiers of a log apart. */
const LENGTH = 10;

/** How identifiers stand in the log: by their hashes unless the configuration wants them in clear. */
export class LoggedIdentifiers {
  private readonly clear: boolean;
  /** Patient IDs are short: without a key of ours their hashes could be found by trying. */
  private readonly key: string | Buffer;

  constructor({ identifiers, hashKey }: LoggingSettings) {
    this.clear = identifiers === 'clear';
    this.key = hashKey ?? randomBytes(32);
  }

  /** What was asked for: each kind of identifier that the criteria have. */
  of(criteria: SearchCriteria): Record<string, string[]> {
    const { patientIds, studyInstanceUids, accessionNumbers, seriesInstanceUids, sopInstanceUids } = criteria;
    const kinds = {
      patientIds: patientIds.map(({ id, issuer }) => (issuer ? `${id}^^^${issuer}` : id)),
      studyInstanceUids,
      accessionNumbers,
      seriesInstanceUids,
      sopInstanceUids,
    };
    return Object.fromEntries(
      Object.entries(kinds)
        .filter(([, values]) => values.length > 0)
        .map(([kind, values]) => [kind, this.shown(values)]),
    );
  }

  private shown(values: readonly string[]): string[] {
    const some = values.slice(0, MOST).map((value) => (this.clear ? value : this.hash(value)));
    return values.length > MOST ? [...some, `and ${values.length - MOST} more`] : some;
  }

  private hash(value: string): string {
    return createHmac('sha256', this.key).update(value).digest('base64url').slice(0, LENGTH);
  }
}

/** A request may name a thousand: a line of the log names so many of them. */
const MOST = 10;
