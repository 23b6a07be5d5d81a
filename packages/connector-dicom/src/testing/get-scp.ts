import { createServer, type Socket } from 'node:net';
import { associateAccept, pduOf } from '../dimse/associate.js';
import { IMPLICIT_VR_LITTLE_ENDIAN, readDataSet } from '../dimse/data-set.js';
import { PduType } from '../dimse/pdu.js';
import { Tag } from '../dimse/tags.js';
import { type Command, numberOf, short, TransferLink, uidElement } from '../dimse/transfer-link.js';
import { GET_SOP_CLASSES } from '../retrieve/get-scu.js';
import { dataSetOf } from './scripted-scp.js';

/** An instance of a scripted C-GET SCP. */
export interface GetInstance {
  studyInstanceUid: string;
  seriesInstanceUid: string;
  sopInstanceUid: string;
  /** Further elements of its data set. */
  attributes?: Record<number, string | Buffer>;
}

/** How a script answers one C-GET. */
export interface GetReply {
  /** Sends an instance, under another SOP Instance UID if one is given. Resolves to the status of our C-STORE response. */
  store(instance: GetInstance, sopInstanceUid?: string): Promise<number>;
  end(counts: { status?: number; completed?: number; failed?: number; warnings?: number }): Promise<void>;
  abort(): void;
}

export interface GetScript {
  /** What C-FIND lists; `undefined`: C-FIND is refused. */
  lists?: readonly GetInstance[];
  get(reply: GetReply): Promise<void>;
  /** Whether it accepts C-GET; by default it does. */
  offersGet?: boolean;
}

export interface GetScp {
  dicomPort: number;
  aet: string;
  /** C-CANCEL requests and aborted connections. */
  cancels: number;
  aborts: number;
  open: number;
  most: number;
  stop(): Promise<void>;
}

export const CT_IMAGE_STORAGE = '1.2.840.10008.5.1.4.1.1.2';

/** Starts a C-FIND and C-GET SCP on a free port that follows its script. */
export function startGetScp(script: GetScript): Promise<GetScp> {
  const sockets = new Set<Socket>();
  const connections = new Set<Promise<void>>();
  const server = createServer((socket) => {
    sockets.add(socket);
    scp.open += 1;
    scp.most = Math.max(scp.most, scp.open);
    socket.on('close', () => sockets.delete(socket));
    const connection = serve(socket, script, scp)
      .catch(() => void (scp.aborts += 1))
      .finally(() => (scp.open -= 1));
    connections.add(connection);
  });
  const scp: GetScp = {
    dicomPort: 0,
    aet: 'GETSCP',
    cancels: 0,
    aborts: 0,
    open: 0,
    most: 0,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
      await Promise.all(connections);
    },
  };
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      scp.dicomPort = (server.address() as { port: number }).port;
      resolve(scp);
    });
  });
}

async function serve(socket: Socket, script: GetScript, scp: GetScp): Promise<void> {
  const peer = { callingAeTitle: 'GETSCP', calledAeTitle: 'US', host: '127.0.0.1', port: 0, responseTimeoutMs: 20_000 };
  const link = new TransferLink(socket, peer);
  const isGet = (uid: string) => Object.values(GET_SOP_CLASSES).includes(uid);
  const { pdu, contexts } = associateAccept(
    await link.readPdu('negotiation'),
    ({ sopClassUid, transferSyntaxUids }) => {
      if (script.offersGet === false && isGet(sopClassUid)) return undefined;
      return transferSyntaxUids.find((uid) => uid === IMPLICIT_VR_LITTLE_ENDIAN);
    },
  );
  link.contexts = contexts;
  await link.write(pdu);
  for (;;) {
    const command = await link.readCommand();
    if (!command) return;
    const field = numberOf(command.set, 0x0100);
    if (field === 0x0fff) scp.cancels += 1;
    if (field === 0x0030) await respond(link, command, 0x8030, []);
    if (!command.hasDataSet) continue;
    const parts: Buffer[] = [];
    for await (const part of link.readDataSet()) parts.push(part);
    if (field === 0x0020) await find(link, command, Buffer.concat(parts), script);
    if (field === 0x0010) await Promise.race([script.get(replyTo(link, command, socket)), link.closed]);
  }
}

async function find(link: TransferLink, command: Command, identifier: Buffer, { lists }: GetScript): Promise<void> {
  const keys = readDataSet(identifier, false);
  const level = keys.get(Tag.queryRetrieveLevel)?.toString('latin1').trim();
  if (!lists) return respond(link, command, 0x8020, [short(0x0900, 0x0122)]);
  const rows = level === 'SERIES' ? [...new Map(lists.map((one) => [one.seriesInstanceUid, one])).values()] : lists;
  for (const { studyInstanceUid, seriesInstanceUid, sopInstanceUid } of rows) {
    const row: Record<number, string> = {
      [Tag.studyInstanceUid]: studyInstanceUid,
      [Tag.seriesInstanceUid]: seriesInstanceUid,
    };
    if (level === 'IMAGE')
      Object.assign(row, { [Tag.sopInstanceUid]: sopInstanceUid, [Tag.sopClassUid]: CT_IMAGE_STORAGE });
    const isAsked = [Tag.studyInstanceUid, Tag.seriesInstanceUid].every((tag) => {
      const asked = keys.get(tag)?.toString('latin1').replace(/\0$/, '') ?? '';
      return asked === '' || asked.split('\\').includes(row[tag] as string);
    });
    if (isAsked) await respond(link, command, 0x8020, [short(0x0900, 0xff00)], dataSetOf(row));
  }
  await respond(link, command, 0x8020, []);
}

function replyTo(link: TransferLink, command: Command, socket: Socket): GetReply {
  const storage = [...link.contexts.values()].find(({ sopClassUid }) => sopClassUid === CT_IMAGE_STORAGE);
  let messageId = 100;
  return {
    async store({ studyInstanceUid, seriesInstanceUid, sopInstanceUid, attributes }, announced = sopInstanceUid) {
      messageId += 1;
      const request = [
        uidElement(0x00000002, CT_IMAGE_STORAGE),
        short(0x0100, 0x0001),
        short(0x0110, messageId),
        short(0x0700, 0),
        uidElement(0x00001000, announced),
      ];
      const dataSet = dataSetOf({
        [Tag.sopClassUid]: CT_IMAGE_STORAGE,
        [Tag.sopInstanceUid]: sopInstanceUid,
        [Tag.studyInstanceUid]: studyInstanceUid,
        [Tag.seriesInstanceUid]: seriesInstanceUid,
        ...attributes,
      });
      await link.send(storage?.id ?? 0, request, dataSet);
      const answer = await link.readCommand();
      return numberOf(answer?.set ?? new Map(), 0x0900) ?? -1;
    },
    end: ({ status = 0, completed = 0, failed = 0, warnings = 0 }) =>
      respond(link, command, 0x8010, [
        short(0x0900, status),
        short(0x1021, completed),
        short(0x1022, failed),
        short(0x1023, warnings),
      ]),
    abort: () => void socket.end(pduOf(PduType.abort, Buffer.alloc(4))),
  };
}

async function respond(
  link: TransferLink,
  { set, contextId }: Command,
  field: number,
  elements: ReturnType<typeof short>[],
  dataSet?: Buffer,
): Promise<void> {
  const known = new Set(elements.map(({ tag }) => tag));
  const all = [short(0x0100, field), short(0x0120, numberOf(set, 0x0110) ?? 0), short(0x0900, 0), ...elements];
  await link.send(
    contextId,
    all.filter((one, index) => index !== 2 || !known.has(one.tag)),
    dataSet,
  );
}
