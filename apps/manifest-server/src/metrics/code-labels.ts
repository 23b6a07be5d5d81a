/** The largest number of different codes in one process. The server and its own connectors have fewer. */
const MOST_CODES = 300;

/**
 * Turns error codes into labels of metrics. The codes of plug-ins are not known beforehand, so after {@link MOST_CODES} different
 * ones, and for a value that is not an error code, the label is `other`.
 */
export class CodeLabels {
  private readonly seen = new Set<string>();

  /** @param most the largest number of different codes */
  constructor(private readonly most = MOST_CODES) {}

  label(code: string): string {
    if (this.seen.has(code)) return code;
    if (this.seen.size >= this.most || !ERROR_CODE.test(code)) return 'other';
    this.seen.add(code);
    return code;
  }
}

const ERROR_CODE = /^[a-z0-9-]{1,40}(?:\.[a-z0-9-]{1,40}){1,2}$/;
