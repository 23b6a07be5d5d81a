import { Injectable } from '@nestjs/common';
import { type ConnectorErrorKind, type ErrorCode, type SearchCriteria } from '@pacs-connectors/connector-core';

/** How one archive's part of a manifest was built. */
export interface PartReport {
  connector: string;
  durationMs: number;
  patients: number;
  studies: number;
  series: number;
  instances: number;
  /** Why the part is missing; `circuit_open` if the archive was not asked after repeated failures. */
  failure?: ConnectorErrorKind | 'circuit_open';
  /** The error code of the failure. */
  code?: ErrorCode;
  /** The codes of the notices of an answer, each once. */
  notices?: ErrorCode[];
  /** What happened. It is left out if it may quote the archive, whose words may name a patient. */
  reason?: string;
}

/** How one manifest was built. */
export interface BuildReport {
  /** `incomplete`: some parts are missing, or an answer lacks something; `failed`: all parts are missing; `cancelled`: all callers have left. */
  outcome: 'complete' | 'empty' | 'incomplete' | 'failed' | 'cancelled';
  durationMs: number;
  /** The search. Its identifiers are shown in the log only, as configured in `logging.identifiers`. */
  criteria: SearchCriteria;
  parts: PartReport[];
}

/** Reports how manifests were built, for logs, metrics and traces. */
@Injectable()
export class BuiltManifests {
  private readonly listeners: ((report: BuildReport) => void)[] = [];

  onBuilt(listener: (report: BuildReport) => void): void {
    this.listeners.push(listener);
  }

  report(report: BuildReport): void {
    for (const listener of this.listeners) listener(report);
  }
}
