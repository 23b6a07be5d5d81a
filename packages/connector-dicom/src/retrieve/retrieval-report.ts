import { type DataSet } from '../dimse/data-set.js';
import { numberOf, textOf } from '../dimse/transfer-link.js';

const STATUS = 0x00000900;
const ERROR_COMMENT = 0x00000902;
const COMPLETED = 0x00001021;
const FAILED = 0x00001022;
const WARNING = 0x00001023;

/** What came in one retrieval, and what the archive said about it. */
export class RetrievalReport {
  /** SOP Instance UIDs that were passed on. */
  readonly received = new Set<string>();
  /** Instances that came and were requested, repeated ones included. */
  arrived = 0;
  /** Instances that were sent and not requested. */
  wrong = 0;
  /** Instances that the archive counts as sent, in all its answers. */
  completed = 0;
  /** Sub-operations that failed, or had a warning, in the last answer. */
  failed = 0;
  warnings = 0;
  /** The last status that is not success, and its comment. */
  status: number | undefined;
  comment: string | undefined;

  /** Adds the final response to one C-GET or C-MOVE. @returns its status. */
  add(response: DataSet): number {
    const status = numberOf(response, STATUS) ?? 0;
    this.completed += (numberOf(response, COMPLETED) ?? 0) + (numberOf(response, WARNING) ?? 0);
    this.failed = numberOf(response, FAILED) ?? 0;
    this.warnings = numberOf(response, WARNING) ?? 0;
    if (status !== 0) {
      this.status = status;
      this.comment = textOf(response, ERROR_COMMENT) ?? this.comment;
    }
    return status;
  }

  /** Returns the outcome of the sub-operations in words; empty if all succeeded. */
  get words(): string {
    const counts = [
      this.failed > 0 ? `${this.failed} sub-operations failed` : '',
      this.warnings > 0 ? `${this.warnings} had warnings` : '',
      this.status === undefined ? '' : `status 0x${this.status.toString(16).toUpperCase().padStart(4, '0')}`,
      this.comment ?? '',
    ];
    return counts.filter((text) => text !== '').join(', ');
  }
}
