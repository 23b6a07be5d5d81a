import { errorTable } from '@pacs-connectors/connector-core';

/** What the server itself reports: problems of requests, start errors, and failures in its log and health. */
export const errors = errorTable({
  'server.request.parameters-invalid': {
    title: 'The request cannot be used as it is',
    meaning: 'Parameters of the request are unknown, missing or not valid.',
    remedy: 'Correct the parameters that the answer names.',
    since: '0.2.0',
  },
});

export const { codes } = errors;

/** A code of the server. */
export type ServerErrorCode = keyof typeof codes;
