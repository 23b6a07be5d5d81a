import { type RunningServer } from './process.js';

/** A database server of one test, with an empty database and a user who may do anything in it. */
export interface DatabaseServer {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  /** As sites write it, without user and password. */
  jdbcUrl: string;
  /** Process id of the running server; another one after {@link start}. */
  readonly pid: number;
  /** Runs any number of statements by the server's own client; what it printed. @throws Error with its message. */
  execute(sql: string): Promise<string>;
  /** Stops every process of it where it stands: connections stay open and nothing answers. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Ends it at once, without a word to its clients. */
  crash(): Promise<void>;
  /** Starts it again after {@link crash}: same port, same data. */
  start(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

/** The parts that PostgreSQL and MariaDB share: one process with children, ended and started again on one folder. */
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
