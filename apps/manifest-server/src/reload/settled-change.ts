/** Reports a change once two polls in a row agree, so that a file that is being written is not a change. */
export class SettledChange {
  private unsettled?: string;

  /** @param known the value that was accepted last */
  constructor(private known: string) {}

  /** @returns whether the value differs from the accepted one, at this poll and at the one before */
  poll(value: string): boolean {
    const settled = value === this.unsettled;
    this.unsettled = value === this.known ? undefined : value;
    return settled && this.unsettled !== undefined;
  }

  /** Accepts a value, so that it is no longer a change. */
  accept(value: string): void {
    this.known = value;
    this.unsettled = undefined;
  }
}
