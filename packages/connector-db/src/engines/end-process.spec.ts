import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it, jest } from '@jest/globals';
import { endProcess } from './end-process.js';

function watched(child: ChildProcess) {
  return { child, kill: jest.spyOn(child, 'kill') };
}

it('ends a process that runs', async () => {
  const { child } = watched(spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' }));
  const exited = once(child, 'exit');
  await once(child, 'spawn');
  endProcess(child);
  expect(await exited).toEqual([null, 'SIGKILL']);
});

it('signals no process that could not start', async () => {
  const { child, kill } = watched(spawn('/no/such/program'));
  const failed = once(child, 'error');
  endProcess(child);
  expect(await failed.catch((error: NodeJS.ErrnoException) => [error])).toEqual([
    expect.objectContaining({ code: 'ENOENT' }),
  ]);
  endProcess(child);
  expect(kill).not.toHaveBeenCalled();
});

it('signals no process that has ended', async () => {
  const { child, kill } = watched(spawn(process.execPath, ['-e', ''], { stdio: 'ignore' }));
  await once(child, 'exit');
  endProcess(child);
  expect(kill).not.toHaveBeenCalled();
});
