// Prints the memory that rendering 100,000 instances adds at its peak, MiB.
import { renderManifest } from '@pacs-connectors/manifest-builder';
import { sampleArcQuery } from './sample.mjs';

const query = sampleArcQuery({ studies: 50, series: 20, instances: 100 });
globalThis.gc();
const before = process.memoryUsage.rss();
let most = before;
for await (const piece of renderManifest({ arcQueries: [query] })) {
  Buffer.from(piece);
  most = Math.max(most, process.memoryUsage.rss());
}
console.log((most - before) / 1024 / 1024);
