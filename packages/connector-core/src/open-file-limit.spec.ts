import { expect, it } from '@jest/globals';
import { currentOpenFileLimit, openFileLimit, requireOpenFiles } from './open-file-limit.js';

const failure = (code: string, message = code) => Object.assign(new Error(message), { code });

it.each([
  ['itself', failure('EMFILE')],
  ['its cause', new TypeError('fetch failed', { cause: failure('EMFILE') })],
  ['one of several attempts', new AggregateError([failure('ECONNREFUSED'), failure('EMFILE')])],
  ['a cause of a cause', new Error('a', { cause: new Error('b', { cause: failure('EMFILE') }) })],
  ['words of Node.js', failure('ERR_WORKER_INIT_FAILED', 'Worker initialization failure: EMFILE')],
])('finds the limit of this process in an error: %s', (_, error) => {
  expect(openFileLimit(error)).toEqual({
    code: 'archive.open-files.limit-reached',
    message: 'this process has reached its limit of open files and connections (EMFILE)',
    remedy: expect.stringMatching(/^Raise the limit of open files of this process: LimitNOFILE=/),
  });
});

it('distinguishes the limit of the machine from that of this process', () => {
  expect(openFileLimit(failure('ENFILE'))?.remedy).toMatch(/fs\.file-max/);
});

it.each([
  ['another error', failure('ECONNREFUSED')],
  ['a host that is not known, while files can be opened', failure('ENOTFOUND')],
  ['a package that is missing, while files can be opened', failure('ERR_MODULE_NOT_FOUND')],
  ['another failure of a worker', failure('ERR_WORKER_INIT_FAILED', 'Worker initialization failure: ENOMEM')],
  ['a code of a database that is a number', Object.assign(new Error('x'), { code: 42 })],
  ['a text', 'EMFILE'],
  ['nothing', undefined],
])('finds none in %s', (_, error) => {
  expect(openFileLimit(error)).toBeUndefined();
});

it('finds none in a cause that refers to itself', () => {
  const error = failure('ECONNRESET');
  error.cause = error;
  expect(openFileLimit(error)).toBeUndefined();
});

it('reports no limit while files can be opened', () => {
  expect(() => requireOpenFiles()).not.toThrow();
  expect(currentOpenFileLimit()).toBeUndefined();
});
