import { once } from 'node:events';
import { createServer, type Server, type Socket, connect } from 'node:net';

/** Where a server listens. */
export interface Address {
  host: string;
  port: number;
}

/** What goes wrong between a client and its server. It holds for connections that are open as well as for new ones. */
export type Fault =
  | { kind: 'none' }
  /** Nobody listens; open connections are reset. */
  | { kind: 'refuse' }
  /** Connections are accepted, and nothing passes in either direction. */
  | { kind: 'hang' }
  /** A connection is reset once so many more bytes of the server's answers have passed on it. */
  | { kind: 'reset'; afterBytes: number }
  /** The server's answers pass at this rate on each connection. */
  | { kind: 'drip'; bytesPerSecond: number };

const DRIP_INTERVAL_MS = 20;

/** A TCP proxy on a free port of 127.0.0.1 before `target`, that can be told to fail. It passes all until it is told. */
export async function faultProxy({ target }: { target: Address }): Promise<FaultProxy> {
  const proxy = new FaultProxy(target);
  await proxy.listen();
  return proxy;
}

/** Made by {@link faultProxy}. */
export class FaultProxy implements Address {
  readonly host = '127.0.0.1';
  port = 0;
  /** Connections that were ever accepted. */
  accepted = 0;
  private current: Fault = { kind: 'none' };
  private server?: Server;
  private readonly links = new Set<Link>();

  constructor(private readonly target: Address) {}

  get fault(): Fault {
    return this.current;
  }

  /** Fails so from now on, until it is told otherwise. */
  async fail(fault: Fault): Promise<void> {
    this.current = fault;
    if (fault.kind === 'refuse') await this.close();
    else await this.listen();
    for (const link of this.links) link.obey(fault);
  }

  /** Works again. */
  heal(): Promise<void> {
    return this.fail({ kind: 'none' });
  }

  /** Listens, on the port that it has had before. */
  async listen(): Promise<void> {
    if (this.server) return;
    const server = createServer({ allowHalfOpen: true }, (client) => {
      this.accepted++;
      const link = new Link(client, connect({ ...this.target, allowHalfOpen: true }));
      this.links.add(link);
      client.on('close', () => this.links.delete(link));
      link.obey(this.current);
    });
    this.server = server;
    await once(server.listen(this.port, this.host), 'listening');
    const address = server.address();
    if (address && typeof address === 'object') this.port = address.port;
  }

  /** Resets what is open and listens no more. */
  async close(): Promise<void> {
    const server = this.server;
    if (!server) return;
    this.server = undefined;
    const closed = once(server, 'close');
    server.close();
    for (const link of this.links) link.reset();
    await closed;
  }
}

/** One connection through the proxy. */
class Link {
  private fault: Fault = { kind: 'none' };
  /** Bytes of answers since the fault began. */
  private answered = 0;

  constructor(
    private readonly client: Socket,
    private readonly server: Socket,
  ) {
    client.on('data', (chunk) => this.pass(chunk, client, server));
    server.on('data', (chunk) => void this.answer(chunk));
    client.on('end', () => server.end());
    server.on('end', () => client.end());
    for (const socket of [client, server]) {
      socket.on('error', () => this.reset());
      socket.on('close', () => this.end());
    }
  }

  obey(fault: Fault): void {
    this.fault = fault;
    this.answered = 0;
    for (const socket of [this.client, this.server]) {
      if (fault.kind === 'hang') socket.pause();
      else socket.resume();
    }
  }

  reset(): void {
    this.client.resetAndDestroy();
    this.server.destroy();
  }

  private end(): void {
    this.client.destroy();
    this.server.destroy();
  }

  private async answer(chunk: Buffer): Promise<void> {
    if (this.fault.kind === 'drip') return this.drip(chunk, this.fault.bytesPerSecond);
    const left = this.fault.kind === 'reset' ? this.fault.afterBytes - this.answered : Infinity;
    this.answered += chunk.length;
    if (chunk.length < left) return this.pass(chunk, this.server, this.client);
    this.client.write(chunk.subarray(0, left), () => this.reset());
  }

  private async drip(chunk: Buffer, bytesPerSecond: number): Promise<void> {
    this.server.pause();
    const size = Math.max(1, Math.round((bytesPerSecond * DRIP_INTERVAL_MS) / 1_000));
    for (let start = 0; start < chunk.length && this.client.writable; start += size) {
      this.client.write(chunk.subarray(start, start + size));
      await new Promise((resolve) => setTimeout(resolve, DRIP_INTERVAL_MS));
    }
    if (this.fault.kind !== 'hang') this.server.resume();
  }

  private pass(chunk: Buffer, from: Socket, to: Socket): void {
    if (!to.writable || to.write(chunk)) return;
    from.pause();
    to.once('drain', () => {
      if (this.fault.kind !== 'hang') from.resume();
    });
  }
}
