import { expect, it } from '@jest/globals';
import { archiveErrors, errorTable } from './index.js';
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

it('distinguishes a deadline from a caller who left', async () => {
  const late = AbortSignal.timeout(1);
  await new Promise((resolve) => late.addEventListener('abort', resolve));
  expect(ConnectorError.aborted('a', late).kind).toBe('timeout');
  expect(ConnectorError.aborted('a', AbortSignal.any([late])).kind).toBe('timeout');
  expect(ConnectorError.aborted('a', AbortSignal.abort()).kind).toBe('cancelled');
});

it('has the code of its kind unless it is given one', () => {
  const { codes } = archiveErrors;
  expect(new ConnectorError('a', 'protocol', 'no').code).toBe('archive.protocol-violated');
  expect(new ConnectorError('a', 'refused', 'no', { code: codes['archive.timeout'] }).code).toBe('archive.timeout');
});

it('is recognised by the copy of another package, and subclasses are not mistaken for one another', () => {
  class Special extends ConnectorError {}
  // What another copy's constructor makes: an error that this copy's class did not.
  const foreign = Object.assign(new Error('no'), { [Symbol.for('pacs-connectors.ConnectorError')]: true });
  expect(foreign instanceof ConnectorError).toBe(true);
  expect(foreign instanceof Special).toBe(false);
  expect(new ConnectorError('a', 'refused', 'no') instanceof Special).toBe(false);
  expect(new Special('a', 'refused', 'no') instanceof Special).toBe(true);
  expect(new Special('a', 'refused', 'no') instanceof ConnectorError).toBe(true);
  for (const other of [new Error('no'), null, undefined, 'ConnectorError', { name: 'ConnectorError' }])
    expect(other instanceof ConnectorError).toBe(false);
});

it('makes no table of a code or an entry that cannot be documented', () => {
  const entry = { title: 'Title', meaning: 'Meaning.', remedy: 'Remedy.', since: '0.2.0' };
  expect(errorTable({ 'a.b': entry, 'a.b-c.d1': entry }).codes['a.b-c.d1']).toBe('a.b-c.d1');
  for (const code of ['a', 'a.B', 'a..b', 'a.b.c.d', 'a.-b', 'a b.c'])
    expect(() => errorTable({ [code]: entry })).toThrow(`${code} is not an error code`);
  for (const text of ['title', 'meaning', 'remedy', 'since'])
    expect(() => errorTable({ 'a.b': { ...entry, [text]: ' ' } })).toThrow(`the ${text} of error code a.b is empty`);
});
