import { codeOf, type ErrorCode, type Notice, withCode } from '@pacs-connectors/connector-core';
import { type FastifyReply } from 'fastify';

/** The warnings of an answer, each a sentence with its code. */
export class Warnings {
  private readonly texts = new Set<string>();

  add(text: string, code: ErrorCode): void {
    this.texts.add(withCode(text, code));
  }

  addNotices(notices: readonly Notice[]): void {
    for (const notice of notices) this.add(`${notice.title}. ${notice.description}`, codeOf(notice));
  }

  /** Writes each warning as a `Warning: 299` (PS3.18 8.3.4.4), as far as there is room. */
  setHeaders(reply: FastifyReply): void {
    let room = MAX_LENGTH;
    const values: string[] = [];
    for (const text of this.texts) {
      // A header contains printable ASCII only, and a quoted string no quotes.
      const value = `299 pacs-connectors "${text.replace(/["\\]/g, "'").replace(/[^ -~]/g, '?')}"`;
      room -= value.length;
      if (room < 0) break;
      values.push(value);
    }
    if (values.length > 0) reply.header('warning', values);
  }
}

/** Proxies accept 8 KiB of headers. */
const MAX_LENGTH = 4096;
