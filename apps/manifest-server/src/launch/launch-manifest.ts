import { type LaunchManifest } from '@pacs-connectors/connector-core';
import { type LaunchedManifests } from '../cache/launched-manifests.js';
import { type LaunchRequest } from './launch-request.js';

/** As long as any key. */
const SAMPLE_KEY = 'K'.repeat(43);

/** The manifest that is built for a launch. */
export class BuiltLaunchManifest implements LaunchManifest {
  /** Set as soon as the build has started. */
  key?: string;

  constructor(
    private readonly request: LaunchRequest,
    private readonly manifests: LaunchedManifests,
    readonly maxParts: number,
  ) {}

  sampleAddresses(parts: number): string[] {
    return manifestAddresses(this.request.baseUrl, SAMPLE_KEY, parts);
  }

  async addresses(parts: number): Promise<string[]> {
    const { search, caller, baseUrl } = this.request;
    const { criteria, archives, skipCache } = search;
    const question = { criteria, archives, caller, ...(parts > 1 && { parts }) };
    this.key = await this.manifests.launch(question, { fresh: skipCache });
    // A manifest that exists needs no parts: no part would be waited for.
    return manifestAddresses(baseUrl, this.key, this.manifests.has(this.key) ? 1 : parts);
  }
}

/** A manifest that exists, such as an uploaded one. */
export class ExistingLaunchManifest implements LaunchManifest {
  readonly maxParts = 1;

  constructor(
    private readonly baseUrl: string,
    private readonly key: string,
  ) {}

  sampleAddresses(): string[] {
    return manifestAddresses(this.baseUrl, this.key, 1);
  }

  async addresses(): Promise<string[]> {
    return this.sampleAddresses();
  }
}

function manifestAddresses(baseUrl: string, key: string, parts: number): string[] {
  const whole = `${baseUrl}/manifest?key=${key}`;
  return parts === 1 ? [whole] : Array.from({ length: parts }, (_, index) => `${whole}&part=${index + 1}`);
}
