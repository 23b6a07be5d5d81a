import { ConnectorError, type RetrievedInstance, type RetrieveRequest } from '@pacs-connectors/connector-core';
import { type AssociationPool } from '../dimse/association-pool.js';
import { codes } from '../errors/error-codes.js';
import { failureStatus } from '../dimse/find-status.js';
import { type Peer } from '../dimse/peer.js';
import { type Archive } from '../search/archive.js';
import { isFault } from '../search/find-scu.js';
import { getInstances, type Judgement, type RetrieveKeys } from './get-scu.js';
import { type IncomingInstance } from './incoming-instance.js';
import { RetrievalReport } from './retrieval-report.js';
import { commonStorageClasses, compressedContexts, storageContexts } from './storage-classes.js';

/** Most SOP Instance UIDs in one request, so that the identifier fits one PDU of 16 KiB. */
const LIST_LENGTH = 200;
/** C-GET of Study Root and of Patient Root. */
const QUERY_CONTEXTS = 2;

/** What the archive lists of a request; `undefined` if it cannot be queried for it. */
interface Listing {
  /** SOP Instance UIDs by Series Instance UID. */
  instances: Map<string, string[]>;
  sopClassUids: string[];
  /** Whether the archive returns a SOP Class UID of every instance. */
  hasAllClasses: boolean;
  modalities: string[];
}

/** Retrieves what one request names. */
export class Retrieval {
  private readonly report = new RetrievalReport();

  constructor(
    private readonly connectorId: string,
    private readonly peer: Peer,
    private readonly pool: AssociationPool,
    private readonly archive: Archive,
    private readonly request: RetrieveRequest,
    private readonly signal: AbortSignal,
  ) {}

  /** Retrieves by C-GET. @throws DimseError, ConnectorError */
  async *byGet(): AsyncGenerator<RetrievedInstance, void> {
    const { peer, pool, report, request, signal } = this;
    const listing = await this.list();
    const listed = listing && new Set([...listing.instances.values()].flat());
    if (listed?.size === 0) return;
    const classes = listing?.hasAllClasses ? listing.sopClassUids : commonStorageClasses(listing?.modalities ?? []);
    const wanted = [...new Set([...(listing?.sopClassUids ?? []), ...classes])];
    const [first = [], ...rest] = storageContexts(wanted, QUERY_CONTEXTS);
    const groups = [first, compressedContexts(wanted, QUERY_CONTEXTS), ...rest];
    for (const [index, contexts] of groups.entries()) {
      const requests = index === 0 ? [keysOf(request)] : this.missingKeys(listing);
      if (requests.length === 0) break;
      const release = await pool.reserve(signal);
      try {
        const judge = (instance: IncomingInstance) => this.judge(instance, listed);
        for await (const instance of getInstances(peer, contexts, requests, report, judge, signal)) {
          yield retrieved(instance);
          report.received.add(instance.sopInstanceUid);
        }
      } finally {
        release();
      }
    }
    this.checkComplete(listed);
  }

  /** Returns what the archive lists, by C-FIND. */
  private async list(): Promise<Listing | undefined> {
    const { archive, request } = this;
    const { studyInstanceUid, seriesInstanceUid, sopInstanceUids } = request;
    const study = { studyInstanceUid, patientId: '' };
    let isPartial = false;
    const onFault = () => (isPartial = true);
    try {
      const all = await archive.seriesOfStudies([study], onFault);
      const series = all.filter(
        (one) => (seriesInstanceUid ?? one.series.seriesInstanceUid) === one.series.seriesInstanceUid,
      );
      const keys = series.map((one) => ({ ...study, seriesInstanceUid: one.series.seriesInstanceUid }));
      const found = await archive.instancesOfSeries(keys, onFault);
      if (isPartial) return undefined;
      const instances = found.filter(({ instance }) => sopInstanceUids?.includes(instance.sopInstanceUid) ?? true);
      const bySeries = new Map<string, string[]>(keys.map((key) => [key.seriesInstanceUid, []]));
      for (const one of instances) bySeries.get(one.seriesInstanceUid)?.push(one.instance.sopInstanceUid);
      const sopClassUids = instances.flatMap(({ instance }) => instance.sopClassUid ?? []);
      return {
        instances: bySeries,
        sopClassUids: [...new Set(sopClassUids)],
        hasAllClasses: sopClassUids.length === instances.length,
        modalities: series.flatMap((one) => one.series.modality ?? []),
      };
    } catch (error) {
      if (!isFault(error) || !error.queryOnly) throw error;
      return undefined;
    }
  }

  /** Returns the requests for what has not come. Without a listing, the archive's counts decide. */
  private missingKeys(listing: Listing | undefined): RetrieveKeys[] {
    const { report, request } = this;
    const { studyInstanceUid } = request;
    if (!listing) return report.failed > 0 ? [keysOf(request)] : [];
    return [...listing.instances].flatMap(([seriesInstanceUid, uids]): RetrieveKeys[] => {
      const missing = uids.filter((uid) => !report.received.has(uid));
      if (missing.length === uids.length && missing.length > 0 && !request.sopInstanceUids) {
        return [{ level: 'SERIES' as const, studyInstanceUid, seriesInstanceUid }];
      }
      return inParts(missing).map((sopInstanceUids) => ({
        level: 'IMAGE' as const,
        studyInstanceUid,
        seriesInstanceUid,
        sopInstanceUids,
      }));
    });
  }

  private judge(instance: IncomingInstance, listed: ReadonlySet<string> | undefined): Judgement {
    const { report, request } = this;
    if (!instance.belongsTo(request, listed)) {
      report.wrong += 1;
      return 'wrong';
    }
    report.arrived += 1;
    return report.received.has(instance.sopInstanceUid) ? 'repeated' : 'wanted';
  }

  /** @throws ConnectorError if less came than the archive lists or counts. */
  private checkComplete(listed: ReadonlySet<string> | undefined): void {
    const { connectorId: id, peer, report } = this;
    const place = `the archive at ${peer.host}:${peer.port}`;
    const words = report.words === '' ? '' : `: ${report.words}`;
    const count = report.received.size;
    const missing = listed ? [...listed].filter((uid) => !report.received.has(uid)).length : 0;
    const lacks = Math.max(missing, report.completed - report.arrived, listed ? 0 : report.failed);
    if (report.wrong > 0 && lacks > 0) {
      const message = `${place} sent ${report.wrong} other images than the requested ones; ${lacks} are missing${words}`;
      const code = codes['dicom.retrieve.other-instance'];
      throw new ConnectorError(id, 'protocol', message, { code, remedy: "Report it to the archive's manufacturer." });
    }
    if (lacks > 0 && (count > 0 || report.status === undefined || report.failed > 0)) {
      const message = `${place} sent ${count} of ${count + lacks} images; ${lacks} are missing${words}`;
      const code = codes['dicom.retrieve.incomplete'];
      throw new ConnectorError(id, 'unavailable', message, { code, remedy: "Read the archive's log." });
    }
    if (report.status !== undefined && (lacks > 0 || !listed)) throw failureStatus(peer, report.status, report.comment);
  }
}

function keysOf({ studyInstanceUid, seriesInstanceUid, sopInstanceUids }: RetrieveRequest): RetrieveKeys {
  const level = sopInstanceUids ? 'IMAGE' : seriesInstanceUid === undefined ? 'STUDY' : 'SERIES';
  return { level, studyInstanceUid, seriesInstanceUid, sopInstanceUids };
}

function retrieved(instance: IncomingInstance): RetrievedInstance {
  const { sopInstanceUid, sopClassUid, transferSyntaxUid } = instance;
  return { sopInstanceUid, sopClassUid, transferSyntaxUid, file: instance.file() };
}

function inParts(uids: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(uids.length / LIST_LENGTH) }, (_, index) =>
    uids.slice(index * LIST_LENGTH, (index + 1) * LIST_LENGTH),
  );
}
