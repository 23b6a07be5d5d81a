/** The parts of the Upper Layer protocol (PS3.8 9.3) that are read and changed as bytes. */

export const PduType = {
  associateRequest: 0x01,
  associateAccept: 0x02,
  associateReject: 0x03,
  data: 0x04,
  releaseRequest: 0x05,
  releaseResponse: 0x06,
  abort: 0x07,
} as const;

const USER_INFORMATION = 0x50;
const SOP_CLASS_EXTENDED_NEGOTIATION = 0x56;
/** Offset of the variable items of an A-ASSOCIATE-RQ or -AC (PS3.8 9.3.2). */
const FIRST_ITEM = 74;

/**
 * Adds SOP Class Extended Negotiation sub-items (PS3.7 D.3.3.5) to an A-ASSOCIATE-RQ, which offer relational queries for
 * `sopClassUids` (PS3.4 C.5.1.1, first byte 1). A request without a User Information item is returned unchanged.
 */
export function offerRelationalQueries(request: Buffer, sopClassUids: readonly string[]): Buffer {
  const user = userInformation(request);
  if (!user) return request;
  const added = Buffer.concat(sopClassUids.map(extendedNegotiation));
  const changed = Buffer.concat([request.subarray(0, user.end), added, request.subarray(user.end)]);
  changed.writeUInt32BE(changed.length - 6, 2);
  changed.writeUInt16BE(user.end - user.start + added.length, user.start - 2);
  return changed;
}

function extendedNegotiation(sopClassUid: string): Buffer {
  const uid = Buffer.from(sopClassUid, 'latin1');
  const item = Buffer.alloc(6 + uid.length + 1);
  item.writeUInt8(SOP_CLASS_EXTENDED_NEGOTIATION, 0);
  item.writeUInt16BE(2 + uid.length + 1, 2);
  item.writeUInt16BE(uid.length, 4);
  item.set(uid, 6);
  item.writeUInt8(1, 6 + uid.length);
  return item;
}

/** Returns whether an A-ASSOCIATE-AC agrees to relational queries for `sopClassUid`; `undefined` if it does not say. */
export function agreesToRelationalQueries(accept: Buffer, sopClassUid: string): boolean | undefined {
  const user = userInformation(accept);
  if (!user) return undefined;
  for (const { type, start, end } of items(accept, user.start, user.end)) {
    if (type !== SOP_CLASS_EXTENDED_NEGOTIATION || end - start < 3) continue;
    const information = start + 2 + accept.readUInt16BE(start);
    const uid = accept.toString('latin1', start + 2, information).replace(/[\0 ]+$/, '');
    if (uid === sopClassUid && information < end) return accept.readUInt8(information) === 1;
  }
  return undefined;
}

export interface Item {
  type: number;
  /** Offsets of its content. */
  start: number;
  end: number;
}

export function userInformation(pdu: Buffer): Item | undefined {
  return [...items(pdu, FIRST_ITEM, pdu.length)].find(({ type }) => type === USER_INFORMATION);
}

export function* items(pdu: Buffer, from: number, to: number): Generator<Item> {
  let offset = from;
  while (offset + 4 <= to) {
    const end = Math.min(offset + 4 + pdu.readUInt16BE(offset + 2), to);
    yield { type: pdu.readUInt8(offset), start: offset + 4, end };
    offset = end;
  }
}

/** Finds the headers of the PDUs in a stream (PS3.8 9.3.1), and keeps no content. */
export class PduFraming {
  private readonly header: number[] = [];
  /** Remaining bytes of the PDU whose header was read. */
  private rest = 0;

  /** Yields the type, and the length in bytes after the header, of each PDU whose header ends in `chunk`. */
  *take(chunk: Buffer): Generator<{ type: number; length: number }> {
    for (let offset = 0; offset < chunk.length;) {
      if (this.rest > 0) {
        const passed = Math.min(this.rest, chunk.length - offset);
        this.rest -= passed;
        offset += passed;
        continue;
      }
      this.header.push(chunk[offset] as number);
      offset += 1;
      if (this.header.length < 6) continue;
      const [type = 0, , ...length] = this.header.splice(0);
      this.rest = Buffer.from(length).readUInt32BE(0);
      yield { type, length: this.rest };
    }
  }
}

/** One fragment of a message: a Presentation Data Value (PS3.8 9.3.5.1). */
export interface PresentationDataValue {
  presentationContextId: number;
  isCommand: boolean;
  isLast: boolean;
  value: Buffer;
}

/** Yields the PDVs of a P-DATA-TF. @throws RangeError if their lengths are impossible. */
export function* presentationDataValues(pdu: Buffer): Generator<PresentationDataValue> {
  let offset = 6;
  while (offset < pdu.length) {
    const length = pdu.readUInt32BE(offset);
    const end = offset + 4 + length;
    if (length < 2 || end > pdu.length) throw new RangeError('a PDV is longer than its PDU');
    const control = pdu.readUInt8(offset + 5);
    yield {
      presentationContextId: pdu.readUInt8(offset + 4),
      isCommand: (control & 1) !== 0,
      isLast: (control & 2) !== 0,
      value: pdu.subarray(offset + 6, end),
    };
    offset = end;
  }
}
