import { type Notice } from '@pacs-connectors/connector-core';
import { type Shortfall } from './partial-results.js';

/** What the reader of one answer has to know of what it lacks. */
export class Notices {
  private readonly said: Notice[] = [];
  private readonly refusals = new Map<string, { parts: number; error: Error }>();
  /** Studies and series of which the archive refused to tell what lies below. */
  readonly refusedUids = new Set<string>();

  constructor(private readonly connectorId: string) {}

  /** All of them, the most often refused parts as one each. */
  list(): Notice[] {
    const refusals = [...this.refusals].map(([what, { parts, error }]): Notice => ({
      severity: 'ERROR',
      title: 'Incomplete',
      description: `${parts} times the archive refused ${what}, which are missing: ${sentence(error)}`,
    }));
    return [...this.said, ...refusals];
  }

  /** @param text what is said of the archive, which stands before it. */
  add(severity: Notice['severity'], text: string, title = 'Incomplete'): void {
    this.said.push({ severity, title, description: `Archive ${this.connectorId} ${text}` });
  }

  /** A part that the archive refused; `uid` of the study or series it lies below, where it is known. */
  refused(what: string, error: Error, uid?: string): void {
    if (uid !== undefined) {
      if (this.refusedUids.has(uid)) return;
      this.refusedUids.add(uid);
    }
    const known = this.refusals.get(what);
    if (known) known.parts += 1;
    else this.refusals.set(what, { parts: 1, error });
  }

  lacking({ images, emptyStudies, emptySeries }: Shortfall): void {
    if (images > 0) {
      this.add('WARN', `counts ${images} images more in what was asked for than it lists: they are missing.`);
    }
    if (emptyStudies > 0) this.add('WARN', `lists ${emptyStudies} studies, but nothing in them: it is missing.`);
    if (emptySeries > 0) this.add('WARN', `lists ${emptySeries} series, but no images in them: they are missing.`);
  }
}

function sentence(error: Error & { remedy?: string }): string {
  return error.remedy ? `${error.message}. ${error.remedy}` : error.message;
}
