import { type ImageReference, imageAddress } from './archive.js';
import { type DicomObject, readDicomObject } from './dicom-object.js';
import { HttpFailure } from './http.js';
import { multipartBodies } from './multipart.js';
import { type Session } from './session.js';
import { type TreeSeries } from './tree.js';

const SERIES_AT_ONCE = 3;
const IMAGES_AT_ONCE = 4;

/** The downloads of a launch: 3 series in parallel, 4 images of each. An image is fetched once even if it is listed twice. */
export class Downloads {
  private readonly waiting: TreeSeries[] = [];
  private readonly running = new Set<Promise<void>>();
  private readonly begun = new WeakMap<TreeSeries, Set<string>>();

  constructor(private readonly session: Session) {}

  add(series: Iterable<TreeSeries>): void {
    this.waiting.push(...series);
    this.startNext();
  }

  /** Resolves once every added series has been tried. */
  async finished(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }

  private startNext(): void {
    while (this.running.size < SERIES_AT_ONCE) {
      const series = this.waiting.shift();
      if (!series) return;
      const run = this.fetchSeries(series).finally(() => {
        this.running.delete(run);
        this.startNext();
      });
      this.running.add(run);
    }
  }

  private async fetchSeries(series: TreeSeries): Promise<void> {
    const begun = this.begun.get(series) ?? new Set<string>();
    this.begun.set(series, begun);
    if (series.instances.size === 0) {
      if (!begun.has(series.uid)) await this.fetchWholeSeries(series);
      begun.add(series.uid);
      return;
    }
    const wanted = [...series.instances.keys()].filter((uid) => !begun.has(uid));
    for (const uid of wanted) begun.add(uid);
    const queue = downloadOrder(wanted).values();
    await Promise.all(
      Array.from({ length: IMAGES_AT_ONCE }, async () => {
        for (const uid of queue) await this.fetchInstance(series, uid);
      }),
    );
  }

  private async fetchInstance(series: TreeSeries, sopInstanceUid: string): Promise<void> {
    const { archive } = series;
    const address = imageAddress(archive, referenceOf(series, sopInstanceUid), this.session.rules);
    if (archive.dicomWeb && archive.overriddenTags.length > 0)
      return this.session.missing(address, 'overridden tags on a DICOM_WEB archive, one instance at a time');
    const objects = await this.fetchObjects(address, series);
    if (!objects) return;
    const object = objects.find((one) => one.sopInstanceUid === sopInstanceUid);
    if (object) this.session.show(series, object);
    else this.session.missing(address, objects.length === 0 ? 'no DICOM object with its pixels' : 'another object');
  }

  private async fetchWholeSeries(series: TreeSeries): Promise<void> {
    const address = `${series.archive.baseUrl}/studies/${series.studyInstanceUid}/series/${series.uid}`;
    const objects = await this.fetchObjects(address + series.archive.extraParameters, series);
    const own = objects?.filter(({ seriesInstanceUid }) => seriesInstanceUid === series.uid) ?? [];
    for (const object of own) this.session.show(series, object);
    if (objects && own.length === 0) this.session.missing(address, 'no DICOM object of the series');
  }

  /** Fetches the DICOM objects at an address. Returns undefined without a usable answer. */
  private async fetchObjects(address: string, { archive }: TreeSeries): Promise<DicomObject[] | undefined> {
    const { session } = this;
    if (archive.unusable !== undefined) return void session.missing(address, archive.unusable);
    for (let tries = 1; ; tries++) {
      try {
        const answer = await session.get(address, archive.headers, {
          connectMs: session.timeouts.imageMs,
          readMs: session.timeouts.imageMs,
        });
        if (answer.status !== 200) return void session.missing(address, `status ${answer.status}`);
        const type = answer.headers['content-type'];
        const bodies = archive.dicomWeb || archive.multipart ? multipartBodies(answer.body, type) : undefined;
        if (archive.multipart && !bodies) return void session.missing(address, 'the answer is not multipart');
        return (bodies ?? [answer.body]).map(readDicomObject).filter((object) => object !== undefined);
      } catch (error) {
        if (!(error instanceof HttpFailure)) throw error;
        if (error.kind === 'cut' && tries < session.rules.imageTries) continue;
        if (error.kind === 'cut' && session.rules.asksAfterCut) session.networkError(address, error.message);
        return void session.missing(address, error.message);
      }
    }
  }
}

function referenceOf(series: TreeSeries, sopInstanceUid: string): ImageReference {
  const { attributes } = series;
  return {
    studyInstanceUid: series.studyInstanceUid,
    seriesInstanceUid: series.uid,
    sopInstanceUid,
    directDownloadFile: series.instances.get(sopInstanceUid)?.['DirectDownloadFile'] || undefined,
    transferSyntaxUid: attributes['WadoTransferSyntaxUID'],
    compressionRate: attributes['WadoCompressionRate'],
  };
}

/** Returns the items in the order first, last, middle, then the middles of the halves. */
export function downloadOrder<T>(items: readonly T[]): T[] {
  const last = items.length - 1;
  if (last < 0) return [];
  const order = new Set<number>([0, last]);
  const spans: [number, number][] = [[0, last]];
  for (const [from, to] of spans) {
    const middle = Math.floor((from + to) / 2);
    if (to - from < 2) continue;
    order.add(middle);
    spans.push([from, middle], [middle, to]);
  }
  return [...order].map((index) => items[index] as T);
}
