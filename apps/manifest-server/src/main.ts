import { readOptions } from './boot/options.js';
import { startServer } from './server.js';

const app = await startServer(readOptions(process.argv.slice(2), process.env));
console.log(`Listening on ${await app.getUrl()}`);
