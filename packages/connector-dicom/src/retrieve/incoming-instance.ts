import { type RetrieveRequest } from '@pacs-connectors/connector-core';
import { IMPLICIT_VR_LITTLE_ENDIAN, readLeadingElements } from '../dimse/data-set.js';
import { Tag } from '../dimse/tags.js';
import { type Command, textOf, type TransferLink } from '../dimse/transfer-link.js';
import { part10Header } from './part10.js';

/** The command field of C-STORE-RQ, and the elements of its command set (PS3.7 9.3.1.1). */
export const C_STORE_RQ = 0x0001;
const AFFECTED_SOP_CLASS_UID = 0x00000002;
const AFFECTED_SOP_INSTANCE_UID = 0x00001000;
/** Longest part of a data set that is kept to find its UIDs, bytes. */
const LONGEST_HEAD = 256 * 1024;
/** Big endian and deflated data sets are not read. */
const UNREADABLE = ['1.2.840.10008.1.2.2', '1.2.840.10008.1.2.1.99'];

/** An instance that is being received by C-STORE. At most the start of it is in memory. */
export class IncomingInstance {
  private readonly head: Buffer[] = [];
  private readonly rest: AsyncGenerator<Buffer, void>;
  private readonly uids = new Map<number, string>();
  /** Whether the UIDs in the data set could be read. */
  private isRead = false;

  private constructor(
    readonly sopClassUid: string,
    readonly sopInstanceUid: string,
    readonly transferSyntaxUid: string,
    link: TransferLink,
  ) {
    this.rest = link.readDataSet();
  }

  /** Receives the start of the instance that a C-STORE-RQ announces. */
  static async start(link: TransferLink, { set, contextId }: Command): Promise<IncomingInstance> {
    const transferSyntaxUid = link.contexts.get(contextId)?.transferSyntaxUid ?? IMPLICIT_VR_LITTLE_ENDIAN;
    const [sopClassUid = '', sopInstanceUid = ''] = [
      textOf(set, AFFECTED_SOP_CLASS_UID),
      textOf(set, AFFECTED_SOP_INSTANCE_UID),
    ];
    const instance = new IncomingInstance(sopClassUid, sopInstanceUid, transferSyntaxUid, link);
    await instance.readHead();
    return instance;
  }

  /**
   * Returns whether it is what was requested, by the UIDs in its data set. If these cannot be read, its SOP Instance UID must be
   * among `listed`, those that the archive lists.
   */
  belongsTo(
    { studyInstanceUid, seriesInstanceUid, sopInstanceUids }: RetrieveRequest,
    listed: ReadonlySet<string> | undefined,
  ): boolean {
    if (sopInstanceUids && !sopInstanceUids.includes(this.sopInstanceUid)) return false;
    if (!this.isRead) return listed?.has(this.sopInstanceUid) ?? true;
    return (
      this.uids.get(Tag.sopInstanceUid) === this.sopInstanceUid &&
      this.uids.get(Tag.studyInstanceUid) === studyInstanceUid &&
      (seriesInstanceUid === undefined || this.uids.get(Tag.seriesInstanceUid) === seriesInstanceUid)
    );
  }

  /** Yields the instance as a Part 10 file. */
  async *file(): AsyncGenerator<Uint8Array, void> {
    yield part10Header(this);
    yield* this.head.splice(0);
    for (;;) {
      const { done, value } = await this.rest.next();
      if (done) return;
      yield value;
    }
  }

  /** Receives what has not been read, and drops it. */
  async skip(): Promise<void> {
    while (!(await this.rest.next()).done);
  }

  private async readHead(): Promise<void> {
    if (UNREADABLE.includes(this.transferSyntaxUid)) return;
    const explicitVr = this.transferSyntaxUid !== IMPLICIT_VR_LITTLE_ENDIAN;
    let size = 0;
    while (size < LONGEST_HEAD) {
      const { done, value } = await this.rest.next();
      if (!done) this.head.push(value);
      size += done ? 0 : value.length;
      const bytes = this.head.length === 1 ? (this.head[0] as Buffer) : Buffer.concat(this.head);
      const { elements, isComplete } = readLeadingElements(bytes, explicitVr, Tag.seriesInstanceUid);
      if (!isComplete && !done) continue;
      for (const [tag, uid] of elements) this.uids.set(tag, uid.toString('latin1').replace(/[\0 ]+$/, ''));
      this.isRead = true;
      return;
    }
  }
}
