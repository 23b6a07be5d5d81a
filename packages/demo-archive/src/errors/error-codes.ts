import { errorTable } from '@pacs-connectors/connector-core';

/** The errors of the demo archive. */
export const errors = errorTable({
  'demo.sqlite.missing': {
    title: 'SQLite missing',
    meaning: 'This Node.js has no SQLite of its own, and the package better-sqlite3 does not load.',
    remedy: 'Start with Node.js 22.16 or later, or install the compiler that the message names and run npm ci again.',
    since: '0.2.0',
  },
});

export const { codes } = errors;
