import { ConnectorRegistry } from '@pacs-connectors/connector-core';
import { readOptions } from './boot/options.js';
import { describeStartError } from './boot/start-error.js';
import { banner } from './demo/banner.js';
import { createDemo } from './demo/demo.js';
import { endBySignals, endByUncaughtErrors } from './lifecycle/end-process.js';
import { reloadByHangUp } from './lifecycle/hang-up.js';
import { ConfigurationReload } from './reload/configuration-reload.service.js';
import { addressOf, startServer } from './server.js';

// Until it listens, what has changed meanwhile is seen when it begins to follow the files.
let reload: () => unknown = () => undefined;
reloadByHangUp(() => reload());
try {
  const options = readOptions(process.argv.slice(2), process.env);
  const demo = options.configuration.length === 0 ? await createDemo() : undefined;
  const app = await startServer(demo ? { ...options, configuration: [demo.configuration] } : options);
  reload = () => app.get(ConfigurationReload).reload();
  endBySignals(app);
  endByUncaughtErrors();
  // The log is JSON where nobody looks at it, and stays so.
  const say = process.stdout.isTTY ? console.log : console.error;
  say(
    banner({
      baseUrl: await addressOf(app),
      registry: app.get(ConnectorRegistry),
      demo,
      colours: process.stdout.isTTY && process.stdout.hasColors(),
    }),
  );
} catch (error) {
  console.error(describeStartError(error));
  process.exit(1);
}
