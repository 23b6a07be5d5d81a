import { type DynamicModule, Logger, Module, type OnModuleInit } from '@nestjs/common';
import { type Problem, renderProblem } from '@pacs-connectors/config-core';
import { ConnectorRegistry } from '@pacs-connectors/connector-core';
import { codes, type ServerErrorCode } from '../errors/error-codes.js';
import { withCodeFromEnd } from '../logging/coded-message.js';
import { ServerOptions } from './options.js';
import { ServerConfiguration } from './server-configuration.js';
import { indent, StartError } from './start-error.js';

/** Provides the {@link ServerConfiguration} and the {@link ServerOptions} to every room, and checks that the server can start. */
@Module({})
export class ConfigurationModule implements OnModuleInit {
  private readonly logger = new Logger('Configuration');

  constructor(
    private readonly configuration: ServerConfiguration,
    private readonly registry: ConnectorRegistry,
  ) {}

  /** Nest initialises global modules first, in the order of their imports. AppModule imports this one first. */
  static forRoot(configuration: ServerConfiguration, options: ServerOptions): DynamicModule {
    return {
      module: ConfigurationModule,
      global: true,
      providers: [
        { provide: ServerConfiguration, useValue: configuration },
        { provide: ServerOptions, useValue: options },
      ],
      exports: [ServerConfiguration, ServerOptions],
    };
  }

  /** @throws StartError if a key is invalid without which the server must not start, or no connector can be used. */
  onModuleInit(): void {
    requireUsable(this.registry, this.configuration);
    const warnings = this.registry.warnings.map(withCodeFromEnd);
    for (const problem of [...this.configuration.codedProblems, ...warnings]) this.logger.warn(problem);
  }
}

function requireUsable(registry: ConnectorRegistry, { problems, fatalProblems }: ServerConfiguration): void {
  if (fatalProblems.length > 0) throw invalidKeys(fatalProblems);
  if (registry.connectors.length > 0) return;
  const leftOut = registry.leftOut.flatMap(({ id, reasons }) =>
    reasons.filter((reason) => !problems.includes(reason)).map((reason) => `connector ${id}: ${reason}`),
  );
  throw new StartError(
    `The server does not start, because no connector can be used.\n${indent([...problems, ...leftOut])}`,
    codes['server.start.no-archive'],
  );
}

/** Keys of the server that do not limit access. */
const OTHER_KEYS = /^(server|cache)(?!\.trusted)/i;

function invalidKeys(problems: readonly Problem[]): StartError {
  const limitAccess = problems.some(({ key }) => !OTHER_KEYS.test(key));
  const [what, code]: [string, ServerErrorCode] = limitAccess
    ? ['keys that limit access', 'server.start.access-rule-invalid']
    : ['keys of the server or its cache', 'server.start.key-invalid'];
  const lines = indent(problems.map(renderProblem));
  return new StartError(`The server does not start, because ${what} are invalid.\n${lines}`, codes[code]);
}
