import { ConnectorRegistry } from '@pacs-connectors/connector-core';
import { readOptions } from './boot/options.js';
import { describeStartError } from './boot/start-error.js';
import { banner } from './demo/banner.js';
import { createDemo } from './demo/demo.js';
import { endBySignals, endByUncaughtErrors } from './lifecycle/end-process.js';
import { ConfigurationReload } from './reload/configuration-reload.service.js';
import { addressOf, startServer } from './server.js';

/** Starts the server as arguments and environment say; without a configuration, the demo. If it cannot start, it says why and exits. */
export async function run(): Promise<ConfigurationReload> {
  try {
    const options = readOptions(process.argv.slice(2), process.env);
    const demo = options.configuration.length === 0 ? await createDemo() : undefined;
    const app = await startServer(demo ? { ...options, configuration: [demo.configuration] } : options);
    endBySignals(app);
    endByUncaughtErrors();
    // Standard output contains only JSON if it is not a terminal.
    const print = process.stdout.isTTY ? console.log : console.error;
    print(
      banner({
        baseUrl: await addressOf(app),
        registry: app.get(ConnectorRegistry),
        demo,
        colours: process.stdout.isTTY && process.stdout.hasColors(),
      }),
    );
    return app.get(ConfigurationReload);
  } catch (error) {
    console.error(describeStartError(error));
    process.exit(1);
  }
}
