import { type DimseError } from '../dimse/dimse-error.js';
import { type Level } from './return-keys.js';

/** Why a match is left out: its UID cannot be used, it lacks the searched value, or it cannot be read. */
export type OmissionReason = 'invalid-uid' | 'without-key' | 'malformed';

/** An answer that the archive ended with a failure status after some matches. */
export interface CutAnswer {
  level: Level;
  error: DimseError;
  /** The study that was queried, if it was one. */
  studyInstanceUid?: string;
}

/** Counts the matches that one search left out, and the answers that were cut. Each is counted once, however often it is queried. */
export class Omissions {
  private readonly matches = new Map<string, Set<string>>();
  private readonly cut = new Map<string, CutAnswer>();

  /** @param identity the same for the same match. */
  add(reason: OmissionReason, level: Level, identity: string): void {
    const key = `${reason} ${level}`;
    const known = this.matches.get(key);
    if (known) known.add(identity);
    else this.matches.set(key, new Set([identity]));
  }

  /** @param identity the same for the same query. */
  addCut(identity: string, answer: CutAnswer): void {
    this.cut.set(identity, answer);
  }

  /** Returns whether the answer to this query was cut. */
  isCut(identity: string): boolean {
    return this.cut.has(identity);
  }

  count(reason: OmissionReason, level: Level): number {
    return this.matches.get(`${reason} ${level}`)?.size ?? 0;
  }

  get cutAnswers(): CutAnswer[] {
    return [...this.cut.values()];
  }
}
