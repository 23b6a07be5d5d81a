import { Injectable } from '@nestjs/common';

/** Whether the server goes on. Readiness tells it, before anything is closed. */
@Injectable()
export class Lifecycle {
  private asked = false;

  /** The server was asked to end: it answers what comes, and wants no more. */
  get ending(): boolean {
    return this.asked;
  }

  end(): void {
    this.asked = true;
  }
}
