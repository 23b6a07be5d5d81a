import { type Element, EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN, writeDataSet } from '../dimse/data-set.js';
import { type ProposedContext, type TransferContext } from '../dimse/associate.js';
import { DimseError } from '../dimse/dimse-error.js';
import { codes } from '../errors/error-codes.js';
import { type InformationModel } from '../dimse/library.js';
import { isPending } from '../dimse/messages.js';
import { type Peer } from '../dimse/peer.js';
import { Tag } from '../dimse/tags.js';
import { type Command, numberOf, short, TransferLink, uidElement } from '../dimse/transfer-link.js';
import { C_STORE_RQ, IncomingInstance } from './incoming-instance.js';
import { type RetrievalReport } from './retrieval-report.js';

/** SOP Class UIDs of C-GET (PS3.4 C.6). */
export const GET_SOP_CLASSES: Record<InformationModel, string> = {
  study: '1.2.840.10008.5.1.4.1.2.2.3',
  patient: '1.2.840.10008.5.1.4.1.2.1.3',
};

const COMMAND_FIELD = 0x00000100;
const MESSAGE_ID = 0x00000110;
const MESSAGE_ID_BEING_RESPONDED_TO = 0x00000120;
const C_STORE_RSP = 0x8001;
const C_GET_RQ = 0x0010;
const C_GET_RSP = 0x8010;
const C_CANCEL_RQ = 0x0fff;
/** "Data set does not match SOP class": the instance is not the one that was requested. */
const MISMATCH = 0xa900;
const OUR_MESSAGE_ID = 1;

/** What one C-GET or C-MOVE requests. */
export interface RetrieveKeys {
  level: 'STUDY' | 'SERIES' | 'IMAGE';
  studyInstanceUid: string;
  seriesInstanceUid?: string;
  sopInstanceUids?: readonly string[];
}

/** What happens to an instance that came: `repeated` ones are dropped, `wrong` ones were not requested. */
export type Judgement = 'wanted' | 'repeated' | 'wrong';

/** Returns the models that a peer is queried in, the preferred one first. */
export function modelsOf({ informationModel }: Pick<Peer, 'informationModel'>): InformationModel[] {
  return informationModel === 'auto' ? ['study', 'patient'] : [informationModel];
}

/** Returns the identifier of a C-GET or C-MOVE (PS3.4 C.4.3.1.3). */
export function retrieveIdentifier(keys: RetrieveKeys, { transferSyntaxUid }: TransferContext): Buffer {
  const { level, studyInstanceUid, seriesInstanceUid, sopInstanceUids } = keys;
  const elements: Element[] = [
    { tag: Tag.queryRetrieveLevel, vr: 'CS', value: Buffer.from(level) },
    uidElement(Tag.studyInstanceUid, studyInstanceUid),
    ...(seriesInstanceUid === undefined ? [] : [uidElement(Tag.seriesInstanceUid, seriesInstanceUid)]),
    ...(sopInstanceUids ? [uidElement(Tag.sopInstanceUid, sopInstanceUids.join('\\'))] : []),
  ];
  return writeDataSet(elements, transferSyntaxUid === EXPLICIT_VR_LITTLE_ENDIAN);
}

/** Returns the C-STORE-RSP to a C-STORE-RQ (PS3.7 9.3.1.2). */
export function storeResponse(request: Command, status: number): Element[] {
  const { set } = request;
  return [
    { tag: 0x00000002, vr: 'UI', value: set.get(0x00000002) ?? Buffer.alloc(0) },
    short(COMMAND_FIELD, C_STORE_RSP),
    short(MESSAGE_ID_BEING_RESPONDED_TO, numberOf(set, MESSAGE_ID) ?? 0),
    short(0x00000900, status),
    { tag: 0x00001000, vr: 'UI', value: set.get(0x00001000) ?? Buffer.alloc(0) },
  ];
}

/**
 * Retrieves by C-GET over one association, and yields each instance that is `wanted`. The archive sends the next one when the
 * caller asks for it.
 *
 * @param storage the presentation contexts in which the archive may send.
 * @throws DimseError; with the code `dicom.retrieve.not-offered` if the archive does not accept C-GET.
 */
export async function* getInstances(
  peer: Peer,
  storage: readonly ProposedContext[],
  requests: readonly RetrieveKeys[],
  report: RetrievalReport,
  judge: (instance: IncomingInstance) => Judgement,
  signal: AbortSignal,
): AsyncGenerator<IncomingInstance, void> {
  const models = modelsOf(peer);
  const transferSyntaxUids = [EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN];
  const query = models.map((model) => ({ sopClassUid: GET_SOP_CLASSES[model], transferSyntaxUids }));
  const link = await TransferLink.open(peer, [...query, ...storage], signal);
  let isOver = false;
  let context: TransferContext | undefined;
  try {
    const accepted = [...link.contexts.values()];
    context = models
      .map((model) => accepted.find(({ sopClassUid }) => sopClassUid === GET_SOP_CLASSES[model]))
      .find((one) => one !== undefined);
    if (!context) throw notOffered(peer, 'C-GET');
    for (const keys of requests) {
      await link.send(
        context.id,
        [
          uidElement(0x00000002, context.sopClassUid),
          short(COMMAND_FIELD, C_GET_RQ),
          short(MESSAGE_ID, OUR_MESSAGE_ID),
          short(0x00000700, 0),
        ],
        retrieveIdentifier(keys, context),
      );
      yield* receive(link, peer, report, judge);
    }
    isOver = true;
    await link.release();
  } finally {
    if (!isOver) {
      if (context) void cancel(link, context).catch(() => undefined);
      link.abort();
      await link.closed;
    }
  }
}

async function cancel(link: TransferLink, context: TransferContext): Promise<void> {
  await link.send(context.id, [
    short(COMMAND_FIELD, C_CANCEL_RQ),
    short(MESSAGE_ID_BEING_RESPONDED_TO, OUR_MESSAGE_ID),
  ]);
}

/** Receives the instances of one C-GET, until its final response. */
async function* receive(
  link: TransferLink,
  peer: Peer,
  report: RetrievalReport,
  judge: (instance: IncomingInstance) => Judgement,
): AsyncGenerator<IncomingInstance, void> {
  for (;;) {
    const command = await link.readCommand();
    if (!command) throw closedEarly(peer);
    const field = numberOf(command.set, COMMAND_FIELD);
    if (field === C_STORE_RQ && command.hasDataSet) {
      const instance = await IncomingInstance.start(link, command);
      const judgement = judge(instance);
      if (judgement === 'wanted') yield instance;
      await instance.skip();
      await link.send(command.contextId, storeResponse(command, judgement === 'wrong' ? MISMATCH : 0));
      continue;
    }
    if (command.hasDataSet) await link.skipDataSet();
    if (field !== C_GET_RSP || isPending(numberOf(command.set, 0x00000900) ?? 0)) continue;
    report.add(command.set);
    return;
  }
}

/** Returns the error of a peer that accepts no context for a service. */
export function notOffered({ host, port }: Peer, service: string): DimseError {
  return new DimseError(
    'refused',
    codes['dicom.retrieve.not-offered'],
    `the archive at ${host}:${port} does not offer ${service}`,
    {
      remedy: 'Enable it in the archive for this calling AE title, or set retrieve to wado.',
    },
  );
}

function closedEarly({ host, port }: Peer): DimseError {
  return new DimseError(
    'unavailable',
    codes['dicom.association.closed'],
    `the archive at ${host}:${port} released the association before its answer was complete`,
    { remedy: "Read the archive's log." },
  );
}
