import { type Socket } from 'node:net';
import { type TLSSocket } from 'node:tls';
import dimse from 'dcmjs-dimse';

/** The query models: Study Root and Patient Root (PS3.4 C.6). */
export type InformationModel = 'study' | 'patient';

/** SOP Class UIDs of C-FIND (PS3.4 C.6). */
export const FIND_SOP_CLASSES: Record<InformationModel, string> = {
  study: '1.2.840.10008.5.1.4.1.2.2.1',
  patient: '1.2.840.10008.5.1.4.1.2.1.1',
};

/**
 * The part of dcmjs-dimse's `Network` that is used here. Its `Client` makes it and does not declare it. library.spec.ts fails if a
 * new version lacks a part of it.
 */
export interface LibraryNetwork {
  socket: Socket | TLSSocket;
  pending: unknown[];
  _processPdu(pdu: Buffer): Promise<void>;
  sendRequests(request: unknown): void;
  sendCancel(request: unknown): void;
  sendAbort(): void;
  sendAssociationReleaseRequest(): void;
  sendAssociationReleaseResponse(): void;
  removeAllListeners(event: string): void;
  on(event: string, listener: (...values: never[]) => void): void;
}

/** The part of the library's `Association` that is used here. */
export interface NegotiatedAssociation {
  getPresentationContexts(): { id: number; context: NegotiatedContext }[];
}
interface NegotiatedContext {
  getAbstractSyntaxUid(): string;
  getAcceptedTransferSyntaxUid(): string | undefined;
  getResult(): number;
}

dimse.log.setLevel('silent', false);

/** An encoded identifier. The library calls it for its bytes when it sends the request. */
export class EncodedIdentifier extends dimse.Dataset {
  constructor(
    private readonly bytes: Buffer,
    transferSyntaxUid: string,
  ) {
    super({}, transferSyntaxUid);
  }

  override getDenaturalizedDataset(): Buffer {
    return this.bytes;
  }
}
