import { type Notice } from '@pacs-connectors/connector-core';
import { type Asker, type QidoClient } from '../http/qido-client.js';
import { type ServerKnowledge } from './query-support.js';

/** What the parts of one search share. */
export class SearchContext {
  private readonly noticesByText = new Map<string, Notice>();

  constructor(
    readonly connectorId: string,
    readonly client: QidoClient,
    readonly knowledge: ServerKnowledge,
    readonly asker: Asker,
  ) {}

  /** Says something to the reader, once however often it is said. */
  notice(severity: Notice['severity'], title: string, description: string): void {
    this.noticesByText.set(description, {
      severity,
      title,
      description: `Archive ${this.connectorId}: ${description}`,
    });
  }

  get notices(): Notice[] {
    return [...this.noticesByText.values()];
  }
}
