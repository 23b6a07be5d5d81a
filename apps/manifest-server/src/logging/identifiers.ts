import { createHmac, randomBytes } from 'node:crypto';
import { type LoggingSettings } from '@pacs-connectors/config-core';
import { type SearchCriteria } from '@pacs-connectors/connector-core';

/** Characters of a hash: 60 bits, enough to distinguish the identifiers of a log. */
const LENGTH = 10;

/** Formats identifiers for the log: as hashes, or unchanged if `logging.identifiers` is `clear`. */
export class LoggedIdentifiers {
  /** Patient IDs are short. Without a secret key, trying all of them would reveal which one a hash belongs to. */
  private readonly ownKey = randomBytes(32);

  /** @param settings returns the settings in use */
  constructor(private readonly settings: () => LoggingSettings) {}

  /** Returns the identifiers of a search by their kind. */
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

/** The largest number of identifiers of a kind in one line. A request may contain a thousand. */
const MOST = 10;
