import { ConnectorRegistry } from '@pacs-connectors/connector-core';
import { readOptions } from './boot/options.js';
import { banner } from './demo/banner.js';
import { createDemo } from './demo/demo.js';
import { startServer } from './server.js';

const options = readOptions(process.argv.slice(2), process.env);
const demo = options.configuration.length === 0 ? await createDemo() : undefined;
const app = await startServer(demo ? { ...options, configuration: [demo.configuration] } : options);
console.log(
  banner({
    baseUrl: (await app.getUrl()) + options.contextPath,
    registry: app.get(ConnectorRegistry),
    demo,
    colours: process.stdout.isTTY && process.stdout.hasColors(),
  }),
);
