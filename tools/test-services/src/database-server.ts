import { type RunningServer } from './process.js';

/** The database server of one test, with an empty database and a user with all rights in it. */
export interface DatabaseServer {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  /** The JDBC URL, without user and password. */
  jdbcUrl: string;
  /** Process id of the running server; it changes with {@link start}. */
  readonly pid: number;
  /** Runs statements by the server's own client and returns its output. @throws Error with the client's message */
  execute(sql: string): Promise<string>;
  /** Pauses every process of the server: connections stay open and nothing answers. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Kills the server without a message to its clients. */
  crash(): Promise<void>;
  /** Starts the server again after {@link crash}, with the same port and data. */
  start(): Promise<void>;
  /** Stops the server and removes its folder. */
  stop(): Promise<void>;
}

/** Starts a database server. PostgreSQL and MariaDB share this: one process with children that can restart on its folder. */
export async function manageDatabase(
  server: Pick<DatabaseServer, 'host' | 'port' | 'user' | 'password' | 'database' | 'jdbcUrl' | 'execute'>,
  launch: () => Promise<RunningServer>,
  killSignal: NodeJS.Signals,
  removeFolder: () => Promise<void>,
): Promise<DatabaseServer> {
  let running = await launch().catch(async (error: unknown) => {
    await removeFolder();
    throw error;
  });
  return {
    ...server,
    get pid() {
      return running.pid;
    },
    pause: () => running.signalAll('SIGSTOP'),
    resume: () => running.signalAll('SIGCONT'),
    async crash() {
      await running.signalAll('SIGCONT');
      running.signal(killSignal);
      await running.stop();
    },
    async start() {
      running = await launch();
    },
    async stop() {
      await running.signalAll('SIGCONT');
      await running.stop();
      await removeFolder();
    },
  };
}
