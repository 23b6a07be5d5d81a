import { Injectable } from '@nestjs/common';
import { type ConnectorErrorKind, type SearchCriteria } from '@pacs-connectors/connector-core';

/** How one part of a manifest was had. */
export interface PartReport {
  connector: string;
  durationMs: number;
  patients: number;
  studies: number;
  series: number;
  instances: number;
  /** Not given: it is complete. `circuit_open`: not asked, after repeated failures. */
  failure?: ConnectorErrorKind | 'circuit_open';
  /** What happened, in our own words; not given where an archive's words, which may name a patient, may be part of it. */
  reason?: string;
}

/** How one manifest was built. */
export interface BuildReport {
  /** `incomplete`: the part of an archive is missing; `failed`: all are; `cancelled`: nobody waits for it any more. */
  outcome: 'complete' | 'empty' | 'incomplete' | 'failed' | 'cancelled';
  durationMs: number;
  /** What was asked for. Its identifiers are shown as `logging.identifiers` says, and nowhere else. */
  criteria: SearchCriteria;
  parts: PartReport[];
}

/** Tells whoever counts or logs how manifests were built. */
@Injectable()
export class BuiltManifests {
  private readonly listeners: ((report: BuildReport) => void)[] = [];

  onBuilt(listener: (report: BuildReport) => void): void {
    this.listeners.push(listener);
  }

  tell(report: BuildReport): void {
    for (const listener of this.listeners) listener(report);
  }
}
