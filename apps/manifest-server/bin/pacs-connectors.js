#!/usr/bin/env node
// Lies outside dist so that npm can link it before the first build.
import { existsSync } from 'node:fs';

const main = new URL('../dist/cli/main.js', import.meta.url);
if (existsSync(main)) await import(main);
else {
  console.error('pacs-connectors is not built yet. Remedy: npx nx run manifest-server:build');
  process.exit(1);
}
