import { type Notices } from './notices.js';

/** How many different texts of dates are kept. */
const MOST_TEXTS = 1_000;

/** Counts the rows from which no image can be listed. */
export class PartialRows {
  /** Rows that end above the instance: a study without series, a series without instances. */
  withoutImage = 0;
  /** Rows with a UID whose study or series is missing. */
  withoutParent = 0;
  /** Distinct texts of dates that cannot be read, the first thousand. */
  readonly unreadableDates = new Set<string>();

  addUnreadableDate(text: string): void {
    if (this.unreadableDates.size < MOST_TEXTS) this.unreadableDates.add(text);
  }

  report(notices: Notices): void {
    if (this.withoutParent > 0) notices.rowsWithoutParent(this.withoutParent);
    if (this.unreadableDates.size > 0) notices.unreadableDates(this.unreadableDates.size);
    if (this.withoutImage > 0) notices.rowsWithoutImage(this.withoutImage);
  }
}
