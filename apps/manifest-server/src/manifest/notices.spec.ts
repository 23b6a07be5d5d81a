import { expect, it } from '@jest/globals';
import { ConnectorError } from '@pacs-connectors/connector-core';
import { errorNotice } from './notices.js';

it.each([
  ['the link is down', 'The link is down.'],
  ['not searched, since it did not answer', 'Not searched, since it did not answer.'],
  ['http://127.0.0.1:8042 refused the connection', 'http://127.0.0.1:8042 refused the connection.'],
  ['no.such.invalid:104 ended the connection!', 'no.such.invalid:104 ended the connection!'],
  ['tls.mode 3DES is refused', 'tls.mode 3DES is refused.'],
  ['C-FIND failed', 'C-FIND failed.'],
])('%s: becomes a sentence, what it begins with stays what it is', (message, sentence) => {
  const error = new ConnectorError('x', 'unavailable', message);
  expect(errorNotice(error).description).toBe(`Its images are not in this manifest. ${sentence}`);
});
