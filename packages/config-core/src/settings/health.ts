import { IsInt, Max, Min } from 'class-validator';
import { Setting } from '../reader/setting.js';

/** `health`: how archives are watched, and what they mean for the readiness of the server. */
export class HealthSettings {
  @Setting({
    paths: ['ready-requires'],
    description:
      'Archives that have to answer for the server to be ready: none (one that is away must not hide its own message), any, all',
    values: ['none', 'any', 'all'],
  })
  readyRequires: 'none' | 'any' | 'all' = 'none';

  /** Milliseconds. */
  @Setting({ paths: ['check-interval'], description: 'Time between two checks of an archive: 30s', kind: 'duration' })
  @Min(100)
  @Max(3_600_000)
  checkIntervalMs: number = 30_000;

  /** Milliseconds. */
  @Setting({ paths: ['check-timeout'], description: 'Time that a check may take: 5s', kind: 'duration' })
  @Min(1)
  @Max(600_000)
  checkTimeoutMs: number = 5_000;

  @Setting({
    paths: ['circuit.failures'],
    description: 'Searches in a row that an archive leaves without an answer before it is not asked for a while: 3',
    kind: 'integer',
  })
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  circuitFailures: number = 3;

  /** Milliseconds. */
  @Setting({
    paths: ['circuit.rest'],
    description: 'How long it is not asked then, unless a check finds it before: 15s',
    kind: 'duration',
  })
  @Min(1)
  @Max(3_600_000)
  circuitRestMs: number = 15_000;
}
