import { type Socket } from 'node:net';
import { type TLSSocket } from 'node:tls';
import dimse from 'dcmjs-dimse';
import { aborted, type Peer } from './association.js';
import { type Element, EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN, writeDataSet } from './data-set.js';
import { DimseError } from './dimse-error.js';
import * as faults from './faults.js';
import { MessageReader, type ResponseMessage } from './messages.js';
import { agreesToRelationalQueries, offerRelationalQueries, PduType, presentationDataValues } from './pdu.js';

/**
 * The adapter to dcmjs-dimse: the one place that knows it. It connects, negotiates, encodes commands and ends associations;
 * what is done here beside it, and why:
 * - an association stays open after its first requests (the library releases it), and the socket's Nagle algorithm is off;
 * - SOP Class Extended Negotiation is added to the A-ASSOCIATE-RQ on its way out, which the library does not offer;
 * - messages are read by messages.ts: the library decodes text in one character set and loses the others, takes the status
 *   0xFF01 for the end of an answer, drops a message that shares a PDU with the one before, never forgets a request, does
 *   not pass on an A-ABORT, and needs 14 times as long (bench/decoding.bench.mjs).
 *
 * peer-link.spec.ts notices when a new version of the library lacks a part that is relied upon.
 */
export type InformationModel = 'study' | 'patient';

/** What is used of the library's `Network`, which `Client` makes and does not declare. */
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

interface AcceptedContext {
  id: number;
  explicitVr: boolean;
}

/** Far beyond our own deadlines: the library's are polled each second and end idle associations too. */
const NEVER_MS = 0x7fffffff;
/** SOP Class UIDs of C-FIND (PS3.4 C.6). */
const MODELS: Record<InformationModel, string> = {
  study: '1.2.840.10008.5.1.4.1.2.2.1',
  patient: '1.2.840.10008.5.1.4.1.2.1.1',
};

dimse.log.setLevel('silent', false);

/** An identifier that is encoded already; the library asks for its bytes when it sends the request. */
class EncodedIdentifier extends dimse.Dataset {
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

/** One negotiated connection: requests go out, responses come in. */
export class PeerLink {
  onMessage: (message: ResponseMessage) => void = () => undefined;
  /** Called once, with {@link failure}: the connection is of no more use. */
  onEnd: (error: DimseError) => void = () => undefined;
  failure: DimseError | undefined;
  private lastFind: InstanceType<typeof dimse.requests.CFindRequest> | undefined;

  constructor(
    private readonly network: LibraryNetwork,
    private readonly contexts: ReadonlyMap<InformationModel, AcceptedContext>,
    readonly relational: boolean | undefined,
    private readonly closed: Promise<void>,
  ) {}

  /** The query models that the peer has accepted. */
  get models(): InformationModel[] {
    return [...this.contexts.keys()];
  }

  /** Sends a C-FIND-RQ of `model`, one of {@link models}. @returns its Message ID. */
  sendFind(identifier: readonly Element[], model: InformationModel): number {
    const explicitVr = this.contexts.get(model)?.explicitVr ?? false;
    const request = new dimse.requests.CFindRequest();
    request.setAffectedSopClassUid(MODELS[model]);
    request.setDataset(
      new EncodedIdentifier(
        writeDataSet(identifier, explicitVr),
        explicitVr ? EXPLICIT_VR_LITTLE_ENDIAN : IMPLICIT_VR_LITTLE_ENDIAN,
      ),
    );
    this.lastFind = request;
    return this.send(request);
  }

  /** Sends a C-ECHO-RQ. @returns its Message ID. */
  sendEcho(): number {
    return this.send(new dimse.requests.CEchoRequest());
  }

  private send(request: InstanceType<typeof dimse.requests.Request>): number {
    // Command and identifier leave in one segment: the peer answers after the second, and never waits between them.
    this.network.socket.cork();
    this.network.sendRequests(request);
    this.network.socket.uncork();
    // The library keeps each request for ever; responses are matched here.
    this.network.pending.length = 0;
    return request.getMessageId();
  }

  /** Sends a C-CANCEL-RQ for the last C-FIND-RQ. */
  sendCancel(messageId: number): void {
    if (this.lastFind?.getMessageId() === messageId) this.network.sendCancel(this.lastFind);
  }

  /** A-RELEASE; resolves when the connection is closed, which the peer gets two seconds for. */
  async release(): Promise<void> {
    this.network.sendAssociationReleaseRequest();
    const timer = setTimeout(() => this.network.socket.destroy(), 2_000);
    await this.closed;
    clearTimeout(timer);
  }

  /** A-ABORT and the end of the connection. */
  abort(): void {
    this.network.sendAbort();
    this.network.socket.destroy();
  }
}

/**
 * Connects to `peer` and negotiates.
 *
 * @throws DimseError
 */
export function openLink(peer: Peer, signal: AbortSignal): Promise<PeerLink> {
  if (signal.aborted) return Promise.reject(aborted(signal));
  return new Promise((resolve, reject) => new Negotiation(peer, signal, resolve, reject));
}

class Negotiation {
  private readonly client = new dimse.Client();
  private readonly network: LibraryNetwork;
  private readonly closed: Promise<void>;
  private readonly timer: NodeJS.Timeout;
  private link: PeerLink | undefined;
  private relational: boolean | undefined;
  private over = false;

  constructor(
    private readonly peer: Peer,
    private readonly signal: AbortSignal,
    private readonly resolve: (link: PeerLink) => void,
    private readonly reject: (error: DimseError) => void,
  ) {
    const { client } = this;
    const echo = new dimse.requests.CEchoRequest();
    client.addRequest(echo);
    for (const model of this.models()) {
      const find = new dimse.requests.CFindRequest();
      find.setAffectedSopClassUid(MODELS[model]);
      client.addRequest(find);
    }
    client.send(peer.host, peer.port, peer.callingAeTitle, peer.calledAeTitle, {
      connectTimeout: NEVER_MS,
      associationTimeout: NEVER_MS,
      pduTimeout: NEVER_MS,
      ...(peer.tls ? { securityOptions: { ...peer.tls, rejectUnauthorized: peer.tls.checkHostName } } : {}),
    } as Parameters<typeof client.send>[4]);
    // The requests above told what to negotiate; they are not to be sent.
    client.clearRequests();
    this.network = (client as unknown as { network: LibraryNetwork }).network;
    this.network.removeAllListeners('done');
    this.closed = new Promise((closed) => this.network.on('close', () => closed()));
    this.timer = setTimeout(() => this.fail(this.tooSlow()), peer.connectTimeoutMs);
    signal.addEventListener('abort', this.onAbort);
    this.watchSocket();
    this.watchPdus();
  }

  private models(): InformationModel[] {
    return this.peer.informationModel === 'auto' ? ['study', 'patient'] : [this.peer.informationModel];
  }

  private readonly onAbort = () => this.fail(aborted(this.signal));

  private watchSocket(): void {
    const { peer, network } = this;
    const { socket } = network;
    socket.setNoDelay(true);
    this.changeFirstWrite(socket);
    // Before the library's own listener, which passes the error on without its code.
    socket.prependListener('error', (error) => this.fail(faults.connectionError(peer, error)));
    socket.on('close', () =>
      this.fail(faults.connectionClosed(peer, this.link ? 'question' : 'negotiation', !!peer.tls)),
    );
    this.network.on('networkError', ((error: Error) =>
      this.fail(
        new DimseError('protocol', `${peer.host}:${peer.port} answered something that cannot be read`, {
          remedy: "Look into the archive's log.",
          cause: error,
        }),
      )) as never);
    let first = true;
    socket.prependListener('data', (data: Buffer) => {
      if (!first) return;
      first = false;
      const type = data[0] as number;
      if (type < PduType.associateRequest || type > PduType.abort) this.fail(faults.notDicom(peer, type));
    });
  }

  /** The A-ASSOCIATE-RQ is the first that the library writes. */
  private changeFirstWrite(socket: Socket | TLSSocket): void {
    const write = socket.write;
    const { peer } = this;
    const classes = this.models().map((model) => MODELS[model]);
    socket.write = ((pdu: Buffer) => {
      socket.write = write;
      const request = peer.offerRelational ? offerRelationalQueries(pdu, classes) : pdu;
      // Without a check of the host name, the library cannot check the rest: it is done here, before anything is sent.
      if (!peer.tls || peer.tls.checkHostName) return socket.write(request);
      (socket as TLSSocket).once('secureConnect', () => {
        // Node gives a text or an Error here, whatever its types say.
        const problem = (socket as TLSSocket).authorizationError as unknown as string | { code?: string } | undefined;
        const code = typeof problem === 'object' && problem ? problem.code : problem;
        if (code && code !== 'ERR_TLS_CERT_ALTNAME_INVALID') this.fail(faults.certificateError(peer, code));
        else socket.write(request);
      });
      return true;
    }) as typeof socket.write;
  }

  private watchPdus(): void {
    const { network, peer } = this;
    const processPdu = network._processPdu.bind(network);
    let reader: MessageReader | undefined;
    this.client.on('associationRejected', ((reject: { result: number; source: number; reason: number }) =>
      this.fail(faults.rejection(peer, reject.result, reject.source, reject.reason))) as never);
    this.client.on('associationAccepted', ((association: NegotiatedAssociation) => {
      reader = this.accept(association);
    }) as never);
    network._processPdu = async (pdu) => {
      switch (pdu[0]) {
        case PduType.data:
          try {
            if (!reader) throw new Error('data before the association was accepted');
            for (const pdv of presentationDataValues(pdu)) {
              const message = reader.take(pdv);
              if (message) this.link?.onMessage(message);
            }
          } catch (error) {
            this.fail(
              new DimseError('protocol', `the archive at ${peer.host}:${peer.port} sent a malformed answer`, {
                remedy: "Look into the archive's log; its vendor may know of it.",
                cause: error,
              }),
            );
          }
          return;
        case PduType.abort:
          return this.fail(faults.abortion(peer, pdu[8] ?? 0, pdu[9] ?? 0));
        case PduType.releaseRequest:
          network.sendAssociationReleaseResponse();
          return this.fail(faults.connectionClosed(peer, this.link ? 'question' : 'negotiation', !!peer.tls));
        case PduType.associateAccept:
          for (const model of this.models()) this.relational ??= agreesToRelationalQueries(pdu, MODELS[model]);
          return processPdu(pdu);
        default:
          return processPdu(pdu);
      }
    };
  }

  private accept(association: NegotiatedAssociation): MessageReader {
    const accepted = acceptedContexts(association);
    const contexts = new Map(
      this.models().flatMap((model) => {
        const context = accepted.get(MODELS[model]);
        return context ? [[model, context] as const] : [];
      }),
    );
    if (contexts.size === 0) {
      const names = this.models().map((name) => (name === 'study' ? 'Study Root' : 'Patient Root'));
      this.fail(
        new DimseError(
          'refused',
          `the archive at ${this.peer.host}:${this.peer.port} does not offer C-FIND of ${names.join(' or ')}`,
          { remedy: 'Have queries enabled for this calling AE title, or set information-model to what it offers.' },
        ),
      );
    } else {
      this.link = new PeerLink(this.network, contexts, this.relational, this.closed);
      this.settled();
      this.resolve(this.link);
    }
    const explicit = new Map([...accepted.values()].map(({ id, explicitVr }) => [id, explicitVr]));
    return new MessageReader((id) => explicit.get(id) ?? false);
  }

  private settled(): void {
    clearTimeout(this.timer);
    this.signal.removeEventListener('abort', this.onAbort);
  }

  private fail(error: DimseError): void {
    if (this.over) return;
    this.over = true;
    this.settled();
    this.network.socket.destroy();
    if (!this.link) return this.reject(error);
    this.link.failure = error;
    this.link.onEnd(error);
  }

  private tooSlow(): DimseError {
    const { host, port, connectTimeoutMs } = this.peer;
    return new DimseError('timeout', `${host}:${port} gave no association within ${connectTimeoutMs / 1000} s`, {
      remedy:
        'See whether a DICOM archive listens there and whether a firewall stands between; connect-timeout sets the time.',
    });
  }
}

/** What is used of the library's `Association`. */
interface NegotiatedAssociation {
  getPresentationContexts(): { id: number; context: NegotiatedContext }[];
}
interface NegotiatedContext {
  getAbstractSyntaxUid(): string;
  getAcceptedTransferSyntaxUid(): string | undefined;
  getResult(): number;
}

function acceptedContexts(association: NegotiatedAssociation): Map<string, AcceptedContext> {
  return new Map(
    association
      .getPresentationContexts()
      .filter(({ context }) => context.getResult() === dimse.constants.PresentationContextResult.Accept)
      .map(({ id, context }) => [
        context.getAbstractSyntaxUid(),
        { id, explicitVr: context.getAcceptedTransferSyntaxUid() === EXPLICIT_VR_LITTLE_ENDIAN },
      ]),
  );
}
