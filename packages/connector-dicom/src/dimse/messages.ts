import { type DataSet, MalformedDataSet, readDataSet, readIdentifier } from './data-set.js';
import { type PresentationDataValue } from './pdu.js';

/** A response of the peer (PS3.7 9.3): its command set, and its identifier if it has one. */
export interface ResponseMessage {
  messageId: number;
  /** (0000,0900). */
  status: number;
  /** Error Comment (0000,0902), if the peer gave one. */
  errorComment?: string;
  identifier?: DataSet;
  /** The identifier came and cannot be read. */
  isMalformed?: boolean;
  /** The command set announces an identifier that has not come yet. Only for final responses, which must not have one. */
  isAnnounced?: boolean;
}

const MESSAGE_ID_BEING_RESPONDED_TO = 0x00000120;
const DATA_SET_TYPE = 0x00000800;
const STATUS = 0x00000900;
const ERROR_COMMENT = 0x00000902;
const NO_DATA_SET = 0x0101;
/** Far above the size of any identifier, bytes. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/** Returns whether more responses follow one with this status (PS3.4 C.4.1.1.4). */
export function isPending(status: number): boolean {
  return status === 0xff00 || status === 0xff01;
}

/** Joins the fragments of one association to messages. */
export class MessageReader {
  private command: DataSet | undefined;
  private fragments: Buffer[] = [];
  private size = 0;

  /** @param isExplicitVr whether the accepted transfer syntax of a presentation context has explicit VR. */
  constructor(private readonly isExplicitVr: (presentationContextId: number) => boolean) {}

  /**
   * Takes the next fragment.
   *
   * A final response that announces an identifier is returned twice: with its command set (`isAnnounced`), and again with the
   * identifier. Some peers never send that identifier.
   *
   * @returns a message if this fragment completes one.
   * @throws Error if fragments or a command set are malformed.
   */
  take(pdv: PresentationDataValue): ResponseMessage | undefined {
    if (pdv.isCommand && this.command && this.size === 0 && isFinal(this.command)) this.command = undefined;
    if (pdv.isCommand !== (this.command === undefined)) {
      throw new Error(pdv.isCommand ? 'a command instead of a data set' : 'a data set without its command');
    }
    this.fragments.push(pdv.value);
    this.size += pdv.value.length;
    if (this.size > MAX_MESSAGE_BYTES) throw new Error('a message longer than any answer to a C-FIND');
    if (!pdv.isLast) return undefined;
    const bytes = this.fragments.length === 1 ? (this.fragments[0] as Buffer) : Buffer.concat(this.fragments);
    this.fragments = [];
    this.size = 0;
    if (this.command === undefined) return this.takeCommand(readDataSet(bytes, false));
    const response = withIdentifier(message(this.command), bytes, this.isExplicitVr(pdv.presentationContextId));
    this.command = undefined;
    return response;
  }

  private takeCommand(command: DataSet): ResponseMessage | undefined {
    if (number(command, DATA_SET_TYPE) === NO_DATA_SET) return message(command);
    this.command = command;
    return isFinal(command) ? { ...message(command), isAnnounced: true } : undefined;
  }
}

function isFinal(command: DataSet): boolean {
  return !isPending(number(command, STATUS) ?? 0);
}

/** A malformed identifier costs this message only: the fragments around it are sound. */
function withIdentifier(response: ResponseMessage, bytes: Buffer, explicitVr: boolean): ResponseMessage {
  try {
    return { ...response, identifier: readIdentifier(bytes, explicitVr) };
  } catch (error) {
    if (error instanceof MalformedDataSet) return { ...response, isMalformed: true };
    throw error;
  }
}

function message(command: DataSet): ResponseMessage {
  const messageId = number(command, MESSAGE_ID_BEING_RESPONDED_TO);
  const status = number(command, STATUS);
  if (messageId === undefined || status === undefined) throw new Error('a message that is not a response');
  const comment = command
    .get(ERROR_COMMENT)
    ?.toString('latin1')
    .replace(/[\0 ]+$/, '');
  return { messageId, status, ...(comment ? { errorComment: comment } : {}) };
}

function number(command: DataSet, tag: number): number | undefined {
  const value = command.get(tag);
  return value && value.length >= 2 ? value.readUInt16LE(0) : undefined;
}
