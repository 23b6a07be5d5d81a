import { type AcceptedContext } from './peer-link.js';
import { IMPLICIT_VR_LITTLE_ENDIAN } from './data-set.js';
import { type PeerNames } from './faults.js';
import { items, PduType, userInformation } from './pdu.js';

/** A presentation context to propose: one SOP class with its transfer syntaxes (PS3.8 9.3.2.2). */
export interface ProposedContext {
  sopClassUid: string;
  transferSyntaxUids: readonly string[];
  /** Whether we are the SCP of the class on an association that we request (SCP/SCU Role Selection, PS3.7 D.3.3.4). */
  isOurRoleScp?: boolean;
}

/** The number of presentation contexts in one association: their IDs are odd, from 1 to 255. */
export const MAX_CONTEXTS = 128;
/** Maximum length of the PDUs that we receive, bytes. */
export const MAX_PDU_LENGTH = 131_072;

const APPLICATION_CONTEXT = '1.2.840.10008.3.1.1.1';
/** Implementation Class UID and Version Name of this package (PS3.7 D.3.3.2). */
export const IMPLEMENTATION_CLASS_UID = '2.25.271036414859612410127437265120478209377';
export const IMPLEMENTATION_VERSION = 'PACS-CONNECTORS';

const Item = {
  applicationContext: 0x10,
  proposedContext: 0x20,
  acceptedContext: 0x21,
  abstractSyntax: 0x30,
  transferSyntax: 0x40,
  userInformation: 0x50,
  maximumLength: 0x51,
  implementationClass: 0x52,
  role: 0x54,
  implementationVersion: 0x55,
} as const;

/** Returns an A-ASSOCIATE-RQ. The n-th context has the ID 2n + 1. */
export function associateRequest(
  { calledAeTitle, callingAeTitle }: Pick<PeerNames, 'calledAeTitle' | 'callingAeTitle'>,
  contexts: readonly ProposedContext[],
): Buffer {
  const proposed = contexts.map(({ sopClassUid, transferSyntaxUids }, index) =>
    item(
      Item.proposedContext,
      Buffer.concat([
        Buffer.from([2 * index + 1, 0, 0, 0]),
        uidItem(Item.abstractSyntax, sopClassUid),
        ...transferSyntaxUids.map((uid) => uidItem(Item.transferSyntax, uid)),
      ]),
    ),
  );
  const scpClasses = new Set(contexts.filter(({ isOurRoleScp }) => isOurRoleScp).map(({ sopClassUid }) => sopClassUid));
  const roles = [...scpClasses].map((uid) =>
    item(Item.role, Buffer.concat([lengthOf(uid), Buffer.from(uid), Buffer.from([0, 1])])),
  );
  return associatePdu(PduType.associateRequest, fixedFields(calledAeTitle, callingAeTitle), proposed, roles);
}

/** Returns the A-ASSOCIATE-AC to a request. `accept` returns the transfer syntax of a proposed context, if it is accepted. */
export function associateAccept(
  request: Buffer,
  accept: (context: ProposedContext) => string | undefined,
): { pdu: Buffer; contexts: Map<number, TransferContext> } {
  const contexts = new Map<number, TransferContext>();
  const answers = proposedContexts(request).map(({ id, ...context }) => {
    const transferSyntaxUid = accept(context);
    if (transferSyntaxUid !== undefined) contexts.set(id, { id, sopClassUid: context.sopClassUid, transferSyntaxUid });
    const result = transferSyntaxUid === undefined ? 3 : 0;
    const syntax = uidItem(Item.transferSyntax, transferSyntaxUid ?? IMPLICIT_VR_LITTLE_ENDIAN);
    return item(Item.acceptedContext, Buffer.concat([Buffer.from([id, 0, result, 0]), syntax]));
  });
  return { pdu: associatePdu(PduType.associateAccept, request.subarray(6, 74), answers, []), contexts };
}

/** A presentation context that both sides have accepted. */
export interface TransferContext extends Pick<AcceptedContext, 'id'> {
  sopClassUid: string;
  transferSyntaxUid: string;
}

/** Returns the accepted ones of the contexts that {@link associateRequest} proposed. */
export function acceptedContexts(accept: Buffer, proposed: readonly ProposedContext[]): TransferContext[] {
  return contextItems(accept, Item.acceptedContext).flatMap(({ id, result, syntaxes }) => {
    const context = proposed[(id - 1) / 2];
    const [transferSyntaxUid] = syntaxes;
    if (result !== 0 || !context || transferSyntaxUid === undefined) return [];
    return { id, sopClassUid: context.sopClassUid, transferSyntaxUid };
  });
}

/** Returns the longest PDU that the sender of an A-ASSOCIATE-RQ or -AC receives, bytes. */
export function maximumLength(associate: Buffer): number {
  const user = userInformation(associate);
  if (!user) return MAX_PDU_LENGTH;
  for (const { type, start, end } of items(associate, user.start, user.end)) {
    if (type === Item.maximumLength && end - start >= 4) return associate.readUInt32BE(start) || MAX_PDU_LENGTH;
  }
  return MAX_PDU_LENGTH;
}

/** Returns the AE titles of an A-ASSOCIATE-RQ. */
export function aeTitles(request: Buffer): { called: string; calling: string } {
  const title = (start: number) => request.toString('latin1', start, start + 16).replace(PADDING, '');
  return { called: title(10), calling: title(26) };
}

const PADDING = /^[ \0]+|[ \0]+$/g;

function proposedContexts(request: Buffer): (ProposedContext & { id: number })[] {
  return contextItems(request, Item.proposedContext).map(({ id, abstractSyntax = '', syntaxes }) => ({
    id,
    sopClassUid: abstractSyntax,
    transferSyntaxUids: syntaxes,
  }));
}

function contextItems(
  pdu: Buffer,
  wanted: number,
): { id: number; result: number; abstractSyntax?: string; syntaxes: string[] }[] {
  return [...items(pdu, 74, pdu.length)].flatMap(({ type, start, end }) => {
    if (type !== wanted || end - start < 4) return [];
    const syntaxes: string[] = [];
    let abstractSyntax: string | undefined;
    for (const sub of items(pdu, start + 4, end)) {
      const uid = pdu.toString('latin1', sub.start, sub.end).replace(PADDING, '');
      if (sub.type === Item.abstractSyntax) abstractSyntax = uid;
      if (sub.type === Item.transferSyntax) syntaxes.push(uid);
    }
    return { id: pdu.readUInt8(start), result: pdu.readUInt8(start + 2), abstractSyntax, syntaxes };
  });
}

function associatePdu(type: number, fixed: Buffer, contexts: readonly Buffer[], roles: readonly Buffer[]): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(MAX_PDU_LENGTH);
  const user = [
    item(Item.maximumLength, length),
    uidItem(Item.implementationClass, IMPLEMENTATION_CLASS_UID),
    ...roles,
    uidItem(Item.implementationVersion, IMPLEMENTATION_VERSION),
  ];
  return pduOf(
    type,
    Buffer.concat([
      fixed,
      uidItem(Item.applicationContext, APPLICATION_CONTEXT),
      ...contexts,
      item(Item.userInformation, Buffer.concat(user)),
    ]),
  );
}

function fixedFields(called: string, calling: string): Buffer {
  const fields = Buffer.alloc(68, 0);
  fields.writeUInt16BE(1, 0);
  fields.write(called.padEnd(16), 4, 16, 'latin1');
  fields.write(calling.padEnd(16), 20, 16, 'latin1');
  return fields;
}

export function pduOf(type: number, body: Buffer): Buffer {
  const header = Buffer.alloc(6);
  header.writeUInt8(type, 0);
  header.writeUInt32BE(body.length, 2);
  return Buffer.concat([header, body]);
}

function uidItem(type: number, uid: string): Buffer {
  return item(type, Buffer.from(uid, 'latin1'));
}

function lengthOf(uid: string): Buffer {
  return Buffer.from([uid.length >> 8, uid.length & 0xff]);
}

function item(type: number, body: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt8(type, 0);
  header.writeUInt16BE(body.length, 2);
  return Buffer.concat([header, body]);
}
