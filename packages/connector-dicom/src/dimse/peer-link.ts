import dimse from 'dcmjs-dimse';
import { type Element, EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN, writeDataSet } from './data-set.js';
import { type DimseError } from './dimse-error.js';
import { EncodedIdentifier, FIND_SOP_CLASSES, type InformationModel, type LibraryNetwork } from './library.js';
import { type ResponseMessage } from './messages.js';

/** A presentation context that the peer has accepted. */
export interface AcceptedContext {
  id: number;
  explicitVr: boolean;
}

/** A negotiated connection, which sends requests and receives responses. */
export class PeerLink {
  onMessage: (message: ResponseMessage) => void = () => undefined;
  /** Called once, with {@link failure}, when the connection cannot be used any more. */
  onEnd: (error: DimseError) => void = () => undefined;
  failure: DimseError | undefined;
  private findAnswered = false;
  private lastFind: InstanceType<typeof dimse.requests.CFindRequest> | undefined;

  constructor(
    private readonly network: LibraryNetwork,
    private readonly contexts: ReadonlyMap<InformationModel, AcceptedContext>,
    readonly relational: boolean | undefined,
    /** Resolves when the connection is closed. */
    readonly closed: Promise<void>,
  ) {}

  /** The query models that the peer has accepted. */
  get models(): InformationModel[] {
    return [...this.contexts.keys()];
  }

  /** Sends a C-FIND-RQ of `model`, one of {@link models}. @returns its Message ID. */
  sendFind(identifier: readonly Element[], model: InformationModel): number {
    const explicitVr = this.contexts.get(model)?.explicitVr ?? false;
    const request = new dimse.requests.CFindRequest();
    request.setAffectedSopClassUid(FIND_SOP_CLASSES[model]);
    request.setDataset(
      new EncodedIdentifier(
        writeDataSet(identifier, explicitVr),
        explicitVr ? EXPLICIT_VR_LITTLE_ENDIAN : IMPLICIT_VR_LITTLE_ENDIAN,
      ),
    );
    this.lastFind = request;
    return this.send(request);
  }

  /** Takes a response. */
  take(message: ResponseMessage): void {
    this.findAnswered ||= message.messageId === this.lastFind?.getMessageId();
    this.onMessage(message);
  }

  /** Whether the peer has received a C-FIND and answered none. */
  get findUnanswered(): boolean {
    return this.lastFind !== undefined && !this.findAnswered;
  }

  /** Sends a C-ECHO-RQ. @returns its Message ID. */
  sendEcho(): number {
    return this.send(new dimse.requests.CEchoRequest());
  }

  private send(request: InstanceType<typeof dimse.requests.Request>): number {
    // Command and identifier leave in one segment, so the peer need not wait between them.
    this.network.socket.cork();
    this.network.sendRequests(request);
    this.network.socket.uncork();
    // The library keeps every request; responses are matched here.
    this.network.pending.length = 0;
    return request.getMessageId();
  }

  /** Sends a C-CANCEL-RQ for the last C-FIND-RQ. */
  sendCancel(messageId: number): void {
    if (this.lastFind?.getMessageId() === messageId) this.network.sendCancel(this.lastFind);
  }

  /** Sends A-RELEASE; resolves when the connection is closed, after two seconds at the latest. */
  async release(): Promise<void> {
    this.network.sendAssociationReleaseRequest();
    const timer = setTimeout(() => this.network.socket.destroy(), 2_000);
    await this.closed;
    clearTimeout(timer);
  }

  /** Sends A-ABORT and closes the connection. */
  abort(): void {
    this.network.sendAbort();
    this.network.socket.destroy();
  }
}
