import { createHmac, randomBytes } from 'node:crypto';
import { type LoggingSettings } from '@pacs-connectors/config-core';
import { type SearchCriteria } from '@pacs-connectors/connector-core';

/** Characters of a hash: 60 bits, enough to tell the identifiers of a log apart. */
const LENGTH = 10;

/** How identifiers stand in the log: by their hashes unless the configuration wants them in clear. */
export class LoggedIdentifiers {
  /** Patient IDs are short: without a key of ours their hashes could be found by trying. */
  private readonly ownKey = randomBytes(32);

  /** @param settings those in force, asked for each time */
  constructor(private readonly settings: () => LoggingSettings) {}

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
    const { identifiers, hashKey = this.ownKey } = this.settings();
    const clear = identifiers === 'clear';
    const some = values.slice(0, MOST).map((value) => (clear ? value : hash(value, hashKey)));
    return values.length > MOST ? [...some, `and ${values.length - MOST} more`] : some;
  }
}

function hash(value: string, key: string | Buffer): string {
  return createHmac('sha256', key).update(value).digest('base64url').slice(0, LENGTH);
}

/** A request may name a thousand: a line of the log names so many of them. */
const MOST = 10;
