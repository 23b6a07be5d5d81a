import { type DicomObject } from './dicom-object.js';
import { get, type HttpAnswer, type HttpTimeouts } from './http.js';
import { type ReleaseRules, RULES, type WeasisRelease } from './release.js';
import { type ManifestMessage, type Tree, type TreeSeries } from './tree.js';

/** How long Weasis waits, milliseconds. */
export interface WeasisTimeouts {
  /** For the connection to a manifest's server: 7,000. */
  connectMs: number;
  /** Without a byte of a manifest: 30,000. */
  readMs: number;
  /** Without a byte of an image: 15,000. */
  imageMs: number;
}

/** What opens before the person and has to be closed. */
export type WeasisDialog =
  | ({ kind: 'message' } & ManifestMessage)
  /** "Network error … try again?" */
  | { kind: 'network-error'; address: string; reason: string }
  | { kind: 'broken-manifest'; address: string; reason: string };

/** A request as it went out. */
export interface WeasisRequest {
  address: string;
  headers: Record<string, string>;
  /** When it went out, milliseconds after the launch. */
  atMs: number;
  /** Missing where there was no answer. */
  status?: number;
}

/** One launch: what was asked and seen so far. */
export class Session {
  readonly rules: ReleaseRules;
  readonly tree: Tree = new Map();
  readonly dialogs: WeasisDialog[] = [];
  readonly requests: WeasisRequest[] = [];
  readonly missed: { address: string; reason: string }[] = [];
  readonly log: string[] = [];
  /** When the first image was shown, milliseconds after the launch. */
  firstImageMs: number | undefined;
  private readonly start = performance.now();

  constructor(
    readonly release: WeasisRelease,
    readonly timeouts: WeasisTimeouts,
  ) {
    this.rules = RULES[release];
  }

  async get(address: string, headers: Record<string, string>, timeouts: HttpTimeouts): Promise<HttpAnswer> {
    const request: WeasisRequest = { address, headers, atMs: this.now() };
    this.requests.push(request);
    const answer = await get(address, headers, timeouts);
    request.status = answer.status;
    return answer;
  }

  show(series: TreeSeries, object: DicomObject): void {
    this.firstImageMs ??= this.now();
    series.shown.set(object.sopInstanceUid, object.patientKey);
  }

  /** An image that is not shown. Nothing tells the person. */
  missing(address: string, reason: string): void {
    this.missed.push({ address, reason });
  }

  networkError(address: string, reason: string): void {
    this.dialogs.push({ kind: 'network-error', address, reason });
  }

  private now(): number {
    return performance.now() - this.start;
  }
}
