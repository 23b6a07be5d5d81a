import { Injectable } from '@nestjs/common';

/** Knows whether the server is shutting down. Readiness reports it before anything is closed. */
@Injectable()
export class Lifecycle {
  private started = false;

  /** Whether the shutdown has started. The server still answers requests during `shutdown.delay`. */
  get shuttingDown(): boolean {
    return this.started;
  }

  startShutdown(): void {
    this.started = true;
  }
}
