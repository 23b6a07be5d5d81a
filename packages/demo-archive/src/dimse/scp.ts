import { type Socket } from 'node:net';
import { type Writable } from 'node:stream';
import { fileMeta, writeDataSet } from '../dicom/write.js';
import { type ImageStore } from '../storage/image-store.js';
import { ByteCollector, dimse, EncodedDataSet } from './library.js';
import { identifierOf, type Query, queryOf, uniqueKeysOf } from './query.js';
import { acceptedOf, isSupported } from './services.js';
import { type Destination, type Progress, sendBack, sendTo } from './sub-operations.js';
import { textOf } from '../dicom/attributes.js';

const { Status, PresentationContextResult } = dimse.constants;
const { CEchoResponse, CFindResponse, CGetResponse, CMoveResponse, CStoreResponse } = dimse.responses;

type Association = InstanceType<typeof dimse.association.Association>;
type Context = InstanceType<typeof dimse.association.PresentationContext>;
type Request<Name extends keyof typeof dimse.requests> = InstanceType<(typeof dimse.requests)[Name]>;
type Response = { setStatus(status: number): void };

/** What an association needs of its archive. */
export interface ScpOptions {
  store: ImageStore;
  aeTitle: string;
  /** Returns where an AE title receives; undefined if it is unknown. */
  destinationOf(aeTitle: string): Destination | undefined;
}

/** A C-FIND that fails (PS3.4 C.4.1.1.4). */
const UNABLE_TO_PROCESS = 0xc000;

/** Closes idle associations; the default of one minute is shorter than connectors keep theirs. */
const IDLE_MS = 600_000;

/** One association with an archive: C-ECHO, C-FIND, C-GET, C-MOVE and C-STORE. */
export class ArchiveScp extends dimse.Scp {
  private requested: Association | undefined;
  private cancelled = false;

  constructor(
    socket: Socket,
    private readonly archive: ScpOptions,
  ) {
    super(socket, { connectTimeout: IDLE_MS, associationTimeout: IDLE_MS, pduTimeout: IDLE_MS });
    // The library leaves both to its users.
    this.on('networkError', () => socket.destroy());
    socket.setNoDelay(true);
  }

  override associationRequested(association: Association): void {
    this.requested = association;
    for (const { context } of association.getPresentationContexts() as { context: Context }[]) {
      const uid = context.getAbstractSyntaxUid();
      const accepted = acceptedOf(uid, context.getTransferSyntaxUids());
      if (!isSupported(uid)) context.setResult(PresentationContextResult.RejectAbstractSyntaxNotSupported);
      else if (!accepted) context.setResult(PresentationContextResult.RejectTransferSyntaxesNotSupported);
      else context.setResult(PresentationContextResult.Accept, accepted);
    }
    this.sendAssociationAccept();
  }

  override associationReleaseRequested(): void {
    this.sendAssociationReleaseResponse();
  }

  override abort(): void {
    this.cancelled = true;
  }

  override cCancelRequest(): void {
    this.cancelled = true;
  }

  override cEchoRequest(request: Request<'CEchoRequest'>, callback: (response: never) => void): void {
    callback(ended(CEchoResponse.fromRequest(request), Status.Success) as never);
  }

  override cFindRequest(request: Request<'CFindRequest'>, callback: (responses: never[]) => void): void {
    const syntax = this.transferSyntaxOf(request.getAffectedSopClassUid());
    const newResponse = () => {
      const response = CFindResponse.fromRequest(request);
      response.setAffectedSopClassUid(request.getAffectedSopClassUid());
      return response;
    };
    const query = queryOf(request.getDataset()?.getElements() ?? {});
    if (!query) return callback([ended(newResponse(), Status.DataSetSopClassMismatch) as never]);
    try {
      const { store, aeTitle } = this.archive;
      const matches = store.find(query.level, query.keys).map((found) => {
        const response = newResponse();
        response.setDataset(new EncodedDataSet(writeDataSet(identifierOf(query, found, aeTitle), syntax), syntax));
        return ended(response, Status.Pending) as never;
      });
      callback([...matches, ended(newResponse(), Status.Success) as never]);
    } catch {
      callback([ended(newResponse(), UNABLE_TO_PROCESS) as never]);
    }
  }

  override createStoreWritableStream(): Writable {
    return new ByteCollector();
  }

  override createDatasetFromStoreWritableStream(
    writable: Writable,
    context: Context,
    callback: (dataset: EncodedDataSet) => void,
  ): void {
    callback(new EncodedDataSet((writable as ByteCollector).bytes, context.getAcceptedTransferSyntaxUid() ?? ''));
  }

  override cStoreRequest(request: Request<'CStoreRequest'>, callback: (response: never) => void): void {
    const response = CStoreResponse.fromRequest(request);
    try {
      const dataSet = request.getDataset() as EncodedDataSet;
      const uids = [request.getAffectedSopClassUid(), request.getAffectedSopInstanceUid()] as const;
      this.archive.store.store(Buffer.concat([fileMeta(...uids, dataSet.getTransferSyntaxUid()), dataSet.bytes]));
      response.setStatus(Status.Success);
    } catch (error) {
      // An error comment has at most 64 characters (PS3.7 E.1).
      response.setErrorComment((error as Error).message.slice(0, 64));
    }
    callback(response as never);
  }

  override cGetRequest(request: Request<'CGetRequest'>, callback: (responses: never[]) => void): void {
    const newResponse = () => CGetResponse.fromRequest(request);
    this.retrieve(request, newResponse, callback, (operations) =>
      sendBack((store) => this.sendRequests(store), operations),
    );
  }

  override cMoveRequest(request: Request<'CMoveRequest'>, callback: (responses: never[]) => void): void {
    const newResponse = () => CMoveResponse.fromRequest(request);
    const aeTitle = String(request.getCommandDataset().getElement('MoveDestination') ?? '').trim();
    const destination = this.archive.destinationOf(aeTitle);
    if (!destination) return callback([ended(newResponse(), Status.MoveDestinationUnknown) as never]);
    this.retrieve(request, newResponse, callback, (operations) =>
      sendTo(destination, this.archive.aeTitle, operations),
    );
  }

  /** Sends what a C-GET or C-MOVE asks for, with a response after each image and one at the end. */
  private retrieve(
    request: Request<'CGetRequest'> | Request<'CMoveRequest'>,
    newResponse: () => InstanceType<typeof CGetResponse> | InstanceType<typeof CMoveResponse>,
    callback: (responses: never[]) => void,
    send: (operations: Parameters<typeof sendBack>[1]) => Promise<Progress>,
  ): void {
    const reply = (progress: Progress, status: number) => {
      const response = newResponse();
      response.setAffectedSopClassUid(request.getAffectedSopClassUid());
      if (status === Status.Pending) response.setRemaining(progress.remaining);
      response.setCompleted(progress.completed);
      response.setFailures(progress.failed);
      response.setWarnings(0);
      ended(response, status);
      // The library takes the callback once only.
      if (status === Status.Pending) this.sendResponse(request, response);
      else callback([response as never]);
    };
    const query = queryOf(request.getDataset()?.getElements() ?? {});
    const none = { remaining: 0, completed: 0, failed: 0 };
    if (!query) return reply(none, Status.DataSetSopClassMismatch);
    this.cancelled = false;
    const operate = async () =>
      send({
        instances: this.instancesOf(query),
        report: (progress) => reply(progress, Status.Pending),
        isCancelled: () => this.cancelled,
      });
    operate().then(
      (progress) => reply(progress, this.cancelled ? Status.Cancel : finalStatus(progress)),
      () => reply(none, Status.ProcessingFailure),
    );
  }

  private instancesOf(query: Query) {
    const keys = uniqueKeysOf(query);
    // Without a key, the archive would send everything it has.
    if (Object.keys(keys).length === 0) return [];
    const { store } = this.archive;
    return store
      .find('IMAGE', keys)
      .flatMap((attributes) => store.instances({ instance: textOf(attributes, '00080018') ?? '' }));
  }

  private transferSyntaxOf(abstractSyntaxUid: string): string {
    const contexts = (this.requested?.getPresentationContexts() ?? []) as { context: Context }[];
    const accepted = contexts.find(({ context }) => context.getAbstractSyntaxUid() === abstractSyntaxUid);
    return accepted?.context.getAcceptedTransferSyntaxUid() ?? '1.2.840.10008.1.2';
  }
}

/** Some images failed: a warning; all failed: out of resources (PS3.4 C.4.2.1.5). */
function finalStatus({ completed, failed }: Progress): number {
  if (failed === 0) return Status.Success;
  return completed > 0 ? 0xb000 : Status.OutOfResourcesSubOperations;
}

function ended<R extends Response>(response: R, status: number): R {
  response.setStatus(status);
  return response;
}
