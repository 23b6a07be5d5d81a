import { expect, it } from '@jest/globals';
import { ConnectorError } from './errors.js';

it('keeps a ConnectorError as it is and wraps anything else', () => {
  const error = new ConnectorError('a', 'refused', 'no', { remedy: 'ask' });
  expect(ConnectorError.from('b', error)).toBe(error);
  const cause = new Error('broken');
  expect(ConnectorError.from('b', cause, 'unavailable')).toMatchObject({
    connectorId: 'b',
    kind: 'unavailable',
    message: 'broken',
    cause,
  });
  expect(ConnectorError.from('b', 'text')).toMatchObject({ kind: 'protocol', message: 'text' });
});

it('tells a deadline from a caller who left', async () => {
  const late = AbortSignal.timeout(1);
  await new Promise((resolve) => late.addEventListener('abort', resolve));
  expect(ConnectorError.aborted('a', late).kind).toBe('timeout');
  expect(ConnectorError.aborted('a', AbortSignal.any([late])).kind).toBe('timeout');
  expect(ConnectorError.aborted('a', AbortSignal.abort()).kind).toBe('cancelled');
});
