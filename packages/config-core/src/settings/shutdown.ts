import { Max, Min } from 'class-validator';
import { Setting } from '../reader/setting.js';

/** `shutdown`: how the server shuts down. */
export class ShutdownSettings {
  /** Milliseconds. */
  @Setting({
    paths: ['delay'],
    description:
      'How long the server continues to serve while it is not ready, so that load balancers notice; default: 0',
    kind: 'duration',
  })
  @Min(0)
  @Max(600_000)
  delayMs: number = 0;

  /** Milliseconds. */
  @Setting({
    paths: ['timeout'],
    description: 'Time limit of running requests after the delay, longer than the longest search; default: 35s',
    kind: 'duration',
  })
  @Min(1)
  @Max(600_000)
  timeoutMs: number = 35_000;
}
