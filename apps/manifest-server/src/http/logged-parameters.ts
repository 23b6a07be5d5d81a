import { Injectable } from '@nestjs/common';

/**
 * Names of request parameters that the log may show, in lower case. The rooms that read parameters add theirs: a name that no
 * room knows was made up by the caller and may contain anything.
 */
@Injectable()
export class LoggedParameters {
  private readonly names = new Set<string>();

  add(names: Iterable<string>): void {
    for (const name of names) this.names.add(name);
  }

  has(name: string): boolean {
    return this.names.has(name);
  }
}
