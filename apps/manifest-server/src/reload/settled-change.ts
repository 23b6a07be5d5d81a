/** Tells when something that is looked at again and again has changed and stays so: what is being written counts for nothing. */
export class SettledChange {
  private unsettled?: string;

  /** @param known what it was when it was last dealt with */
  constructor(private known: string) {}

  /** @returns whether this is not what it was, at this look and at the one before */
  look(now: string): boolean {
    const settled = now === this.unsettled;
    this.unsettled = now === this.known ? undefined : now;
    return settled && this.unsettled !== undefined;
  }

  /** It has been dealt with as it is now. */
  deal(now: string): void {
    this.known = now;
    this.unsettled = undefined;
  }
}
