import { IsInt, Max, Min } from 'class-validator';
import { Setting } from '../reader/setting.js';

/** `health`: how archives are checked, and how they affect the readiness of the server. */
export class HealthSettings {
  @Setting({
    paths: ['ready-requires'],
    description:
      'Archives that must answer before the server is ready; default: none, as manifests report what is missing',
    values: ['none', 'any', 'all'],
  })
  readyRequires: 'none' | 'any' | 'all' = 'none';

  /** Milliseconds. */
  @Setting({
    paths: ['check-interval'],
    description: 'Time between two checks of an archive; default: 30s',
    kind: 'duration',
  })
  @Min(100)
  @Max(3_600_000)
  checkIntervalMs: number = 30_000;

  /** Milliseconds. */
  @Setting({ paths: ['check-timeout'], description: 'Maximum time of a check; default: 5s', kind: 'duration' })
  @Min(1)
  @Max(600_000)
  checkTimeoutMs: number = 5_000;

  @Setting({
    paths: ['circuit.failures'],
    description: 'Number of unanswered searches in a row after which the archive is paused; default: 3',
    kind: 'integer',
  })
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  circuitFailures: number = 3;

  /** Milliseconds. */
  @Setting({
    paths: ['circuit.rest'],
    description: 'Length of the pause; a successful check ends it; default: 15s',
    kind: 'duration',
  })
  @Min(1)
  @Max(3_600_000)
  circuitRestMs: number = 15_000;
}
