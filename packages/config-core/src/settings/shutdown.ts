import { Max, Min } from 'class-validator';
import { Setting } from '../reader/setting.js';

/** `shutdown`: how the server ends when it is asked to. */
export class ShutdownSettings {
  /** Milliseconds. */
  @Setting({
    paths: ['delay'],
    description:
      'How long it goes on serving, not ready any more, so that load balancers see it; not at all unless told',
    kind: 'duration',
  })
  @Min(0)
  @Max(600_000)
  delayMs: number = 0;

  /** Milliseconds. */
  @Setting({
    paths: ['timeout'],
    description:
      'How long requests under way may take after that before they are cut off: 35s, longer than the longest search',
    kind: 'duration',
  })
  @Min(1)
  @Max(600_000)
  timeoutMs: number = 35_000;
}
