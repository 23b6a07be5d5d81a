import { type Requester, type QidoClient } from '../http/qido-client.js';
import { Notices } from './notices.js';
import { type QuerySupport } from './query-support.js';

/** What the steps of one search share. */
export class SearchContext {
  readonly notices: Notices;

  constructor(
    connectorId: string,
    readonly client: QidoClient,
    readonly support: QuerySupport,
    readonly requester: Requester,
  ) {
    this.notices = new Notices(connectorId);
  }
}
