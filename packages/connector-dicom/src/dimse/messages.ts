import { type DataSet, readDataSet } from './data-set.js';
import { type PresentationDataValue } from './pdu.js';

/** A response of the peer (PS3.7 9.3): its command set, and its identifier where it has one. */
export interface ResponseMessage {
  messageId: number;
  /** (0000,0900). */
  status: number;
  /** Error Comment (0000,0902), where the peer gave one. */
  errorComment?: string;
  identifier?: DataSet;
}

const MESSAGE_ID_BEING_RESPONDED_TO = 0x00000120;
const DATA_SET_TYPE = 0x00000800;
const STATUS = 0x00000900;
const ERROR_COMMENT = 0x00000902;
const NO_DATA_SET = 0x0101;
/** Far above any identifier: what is longer is no answer to a C-FIND. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/** Puts the fragments of one association together into messages. */
export class MessageReader {
  private command: DataSet | undefined;
  private fragments: Buffer[] = [];
  private size = 0;

  /** @param isExplicitVr of a presentation context: whether its accepted transfer syntax has explicit VR. */
  constructor(private readonly isExplicitVr: (presentationContextId: number) => boolean) {}

  /**
   * Takes the next fragment.
   *
   * @returns a message where this fragment completes one.
   * @throws Error where fragments or data sets are malformed.
   */
  take(pdv: PresentationDataValue): ResponseMessage | undefined {
    if (pdv.isCommand !== (this.command === undefined)) {
      throw new Error(pdv.isCommand ? 'a command where a data set was due' : 'a data set without its command');
    }
    this.fragments.push(pdv.value);
    this.size += pdv.value.length;
    if (this.size > MAX_MESSAGE_BYTES) throw new Error('a message longer than any answer to a C-FIND');
    if (!pdv.isLast) return undefined;
    const bytes = this.fragments.length === 1 ? (this.fragments[0] as Buffer) : Buffer.concat(this.fragments);
    this.fragments = [];
    this.size = 0;
    if (this.command === undefined) {
      const command = readDataSet(bytes, false);
      if (number(command, DATA_SET_TYPE) === NO_DATA_SET) return message(command);
      this.command = command;
      return undefined;
    }
    const response = message(this.command, readDataSet(bytes, this.isExplicitVr(pdv.presentationContextId)));
    this.command = undefined;
    return response;
  }
}

function message(command: DataSet, identifier?: DataSet): ResponseMessage {
  const messageId = number(command, MESSAGE_ID_BEING_RESPONDED_TO);
  const status = number(command, STATUS);
  if (messageId === undefined || status === undefined) throw new Error('a message that is no response');
  const comment = command
    .get(ERROR_COMMENT)
    ?.toString('latin1')
    .replace(/[\0 ]+$/, '');
  return { messageId, status, ...(comment ? { errorComment: comment } : {}), ...(identifier ? { identifier } : {}) };
}

function number(command: DataSet, tag: number): number | undefined {
  const value = command.get(tag);
  return value && value.length >= 2 ? value.readUInt16LE(0) : undefined;
}
