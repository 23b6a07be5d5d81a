import { type DicomObject } from './dicom-object.js';
import { get, type HttpAnswer, type HttpTimeouts } from './http.js';
import { type ReleaseRules, RULES, type WeasisRelease } from './release.js';
import { type ManifestMessage, type Tree, type TreeSeries } from './tree.js';

/** Time limits of Weasis, milliseconds. */
export interface WeasisTimeouts {
  /** Connection to the server of a manifest; default: 7,000. */
  connectMs: number;
  /** Wait for the next byte of a manifest; default: 30,000. */
  readMs: number;
  /** Wait for the next byte of an image; default: 15,000. */
  imageMs: number;
}

/** A window that a person has to close. */
export type WeasisDialog =
  | ({ kind: 'message' } & ManifestMessage)
  /** "Network error … try again?" */
  | { kind: 'network-error'; address: string; reason: string }
  | { kind: 'broken-manifest'; address: string; reason: string };

/** A request that was sent. */
export interface WeasisRequest {
  address: string;
  headers: Record<string, string>;
  /** Time of sending, milliseconds after the launch. */
  atMs: number;
  /** Absent without an answer. */
  status?: number;
}

/** One launch: its requests and what has been shown so far. */
export class Session {
  readonly rules: ReleaseRules;
  readonly tree: Tree = new Map();
  readonly dialogs: WeasisDialog[] = [];
  readonly requests: WeasisRequest[] = [];
  readonly missed: { address: string; reason: string }[] = [];
  readonly log: string[] = [];
  /** Time of the first shown image, milliseconds after the launch. */
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

  /** Records an image that is not shown; Weasis does not report it. */
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
