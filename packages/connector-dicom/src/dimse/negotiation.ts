import { type Socket } from 'node:net';
import { type TLSSocket } from 'node:tls';
import dimse from 'dcmjs-dimse';
import { EXPLICIT_VR_LITTLE_ENDIAN } from './data-set.js';
import { aborted, type DimseError } from './dimse-error.js';
import * as faults from './faults.js';
import { FIND_SOP_CLASSES, type InformationModel, type LibraryNetwork, type NegotiatedAssociation } from './library.js';
import { MessageReader } from './messages.js';
import { type Peer } from './peer.js';
import { type AcceptedContext, PeerLink } from './peer-link.js';
import {
  agreesToRelationalQueries,
  offerRelationalQueries,
  PduFraming,
  PduType,
  presentationDataValues,
} from './pdu.js';

/** Far beyond our own deadlines. The library polls its own each second, and ends idle associations too. */
const NEVER_MS = 0x7fffffff;
/** Far above the length that is negotiated, bytes. */
const LONGEST_PDU = 4 * 1024 * 1024;

/**
 * Connects to `peer` and negotiates.
 *
 * @throws DimseError
 */
export function openLink(peer: Peer, signal: AbortSignal): Promise<PeerLink> {
  if (signal.aborted) return Promise.reject(aborted(signal));
  return new Promise((resolve, reject) => new Negotiation(peer, signal, resolve, reject));
}

/**
 * Opens an association with dcmjs-dimse, which connects, negotiates, encodes commands and ends associations. This file and
 * peer-link.ts do the rest themselves:
 * - An association stays open after its first requests (the library releases it), and the socket's Nagle algorithm is off.
 * - SOP Class Extended Negotiation is added to the outgoing A-ASSOCIATE-RQ, because the library does not offer it.
 * - messages.ts reads messages. The library decodes text in one character set and loses the others. It takes the status
 *   0xFF01 for the end of an answer, and drops a message that shares a PDU with the one before. It keeps every request, does
 *   not pass on an A-ABORT, and takes 14 times as long (bench/decoding.bench.mjs).
 */
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
      find.setAffectedSopClassUid(FIND_SOP_CLASSES[model]);
      client.addRequest(find);
    }
    client.send(peer.host, peer.port, peer.callingAeTitle, peer.calledAeTitle, {
      connectTimeout: NEVER_MS,
      associationTimeout: NEVER_MS,
      pduTimeout: NEVER_MS,
      ...(peer.tls ? { securityOptions: { ...peer.tls, rejectUnauthorized: peer.tls.checkHostName } } : {}),
    } as Parameters<typeof client.send>[4]);
    // The requests above only say what to negotiate. They must not be sent.
    client.clearRequests();
    this.network = (client as unknown as { network: LibraryNetwork }).network;
    this.network.removeAllListeners('done');
    this.closed = new Promise((closed) => this.network.on('close', () => closed()));
    this.timer = setTimeout(
      () => this.fail(faults.associationTimeout(peer, peer.connectTimeoutMs)),
      peer.connectTimeoutMs,
    );
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
    // Runs before the library's own listener, which drops the code of the error.
    socket.prependListener('error', (error) => this.fail(faults.connectionError(peer, error)));
    socket.on('close', () => this.fail(faults.connectionClosed(peer, this.link ? 'query' : 'negotiation', !!peer.tls)));
    this.network.on('networkError', ((error: Error) => this.fail(faults.unreadable(peer, error))) as never);
    const framing = new PduFraming();
    socket.prependListener('data', (data: Buffer) => {
      for (const { type, length } of framing.take(data)) {
        if (type < PduType.associateRequest || type > PduType.abort) {
          return this.fail(this.link ? faults.unreadable(peer) : faults.notDicom(peer, type));
        }
        // The library would wait for as many bytes as a PDU says it has, 4 GB too.
        if (length > LONGEST_PDU) return this.fail(faults.unreadable(peer));
      }
    });
  }

  /** Changes the A-ASSOCIATE-RQ, which is the first PDU that the library writes. */
  private changeFirstWrite(socket: Socket | TLSSocket): void {
    const write = socket.write;
    const { peer } = this;
    const classes = this.models().map((model) => FIND_SOP_CLASSES[model]);
    socket.write = ((pdu: Buffer) => {
      socket.write = write;
      const request = peer.offerRelational ? offerRelationalQueries(pdu, classes) : pdu;
      // The library cannot check a certificate without its host name. It is checked here, before anything is sent.
      if (!peer.tls || peer.tls.checkHostName) return socket.write(request);
      (socket as TLSSocket).once('secureConnect', () => {
        // Node.js reports a text or an Error here, unlike its types.
        const problem = (socket as TLSSocket).authorizationError as unknown as string | { code?: string } | undefined;
        const code = typeof problem === 'object' && problem ? problem.code : problem;
        if (code && code !== 'ERR_TLS_CERT_ALTNAME_INVALID') this.fail(faults.untrusted(peer, code));
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
              if (message) this.link?.take(message);
            }
          } catch (error) {
            this.fail(faults.malformed(peer, error));
          }
          return;
        case PduType.abort:
          return this.fail(faults.abortion(peer, pdu[8] ?? 0, pdu[9] ?? 0, this.link?.findUnanswered ?? false));
        case PduType.releaseRequest:
          network.sendAssociationReleaseResponse();
          return this.fail(faults.connectionClosed(peer, this.link ? 'query' : 'negotiation', !!peer.tls));
        case PduType.associateAccept:
          for (const model of this.models())
            this.relational ??= agreesToRelationalQueries(pdu, FIND_SOP_CLASSES[model]);
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
        const context = accepted.get(FIND_SOP_CLASSES[model]);
        return context ? [[model, context] as const] : [];
      }),
    );
    if (contexts.size === 0) {
      this.fail(faults.findNotOffered(this.peer, this.models()));
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
