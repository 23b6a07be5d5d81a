// Prints the memory that finding the 10,000 instances of one study adds at its peak, MiB; the tree is held at the end.
import { clearInterval, setInterval } from 'node:timers';
import { connectorTo, searchAll } from './connector.mjs';
import { LARGE_STUDY } from './archive.mjs';

const connector = connectorTo(process.argv[2]);
await connector.check(AbortSignal.timeout(20_000));
globalThis.gc();
const before = process.memoryUsage.rss();
let most = before;
const timer = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 5);
const result = await searchAll(connector, { studyInstanceUids: [LARGE_STUDY] }, 10_000);
clearInterval(timer);
most = Math.max(most, process.memoryUsage.rss());
console.log((most - before) / 1024 / 1024, result.patients.length);
await connector.close();
