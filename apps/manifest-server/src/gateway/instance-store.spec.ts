import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type RetrievedInstance } from '@pacs-connectors/connector-core';
import { type ByteSource } from '@pacs-connectors/dicomweb-service';
import { temporaryFolder } from '@pacs-connectors/test-services';
import { InstanceStore } from './instance-store.js';

const MIB = 1024 * 1024;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: InstanceStore;
const failures: unknown[] = [];
beforeEach(async () => {
  folder = await temporaryFolder('instance-store');
  failures.length = 0;
  store = open();
});
afterEach(async () => {
  await store.close();
  await folder.remove();
});

function open(options: { maxBytes?: number; ttlMs?: number; folder?: string } = {}): InstanceStore {
  const onUnusable = (error: unknown) => failures.push(error);
  return new InstanceStore({ folder: folder.path, maxBytes: 1024 * MIB, ttlMs: 60_000, onUnusable, ...options });
}

function instance(bytes: Buffer, before: (at: number) => Promise<void> | void = () => undefined): RetrievedInstance {
  async function* file() {
    for (let at = 0; at < bytes.length; at += 100_000) {
      await before(at);
      yield bytes.subarray(at, at + 100_000);
    }
  }
  return { sopInstanceUid: '1.2', sopClassUid: '1.3', transferSyntaxUid: '1.4', file: file() };
}

const accepted = () => Promise.resolve(true);
const whole = (file: ByteSource | undefined) => file?.read(0, file.length);
/** The only file in the only folder of the store. */
async function onlyFile(): Promise<string> {
  const [own = ''] = await readdir(folder.path);
  const [name = ''] = await readdir(join(folder.path, own));
  return join(folder.path, own, name);
}

describe('an instance', () => {
  it.each([0, 1, 256 * 1024, 256 * 1024 + 1, 20 * MIB + 7])('of %i bytes can be read at any position', async (size) => {
    const bytes = randomBytes(size);
    await store.put('a', instance(bytes), accepted);
    const stored = await store.get('a');
    expect((await whole(stored?.file))?.equals(bytes)).toBe(true);
    for (const [start, end] of [
      [0, Math.min(size, 10)],
      [Math.floor(size / 2), Math.min(size, Math.floor(size / 2) + 300_000)],
      [Math.max(0, size - 5), size],
    ] as const)
      expect((await stored!.file.read(start, end)).equals(bytes.subarray(start, end))).toBe(true);
  });

  it('that is not the expected one is not kept', async () => {
    expect(await store.put('a', instance(randomBytes(1000)), () => Promise.resolve(false))).toBeUndefined();
    expect(await store.get('a')).toBeUndefined();
    await store.close();
    expect(await readdir(folder.path)).toEqual([]);
  });

  it('that could not be read whole is not kept', async () => {
    const lost = instance(randomBytes(MIB), (at) => {
      if (at > 500_000) throw new Error('lost');
    });
    await expect(store.put('a', lost, accepted)).rejects.toThrow('lost');
    expect(store.has('a')).toBe(false);
    const [own = ''] = await readdir(folder.path);
    expect(await readdir(join(folder.path, own))).toEqual([]);
  });
});

describe('the disk', () => {
  it('holds the most recently used ones that fit', async () => {
    await store.close();
    store = open({ maxBytes: 100 * MIB });
    const bytes = randomBytes(40 * MIB);
    for (const key of ['a', 'b']) await store.put(key, instance(bytes), accepted);
    await store.get('a');
    await store.put('c', instance(bytes), accepted);
    expect(['a', 'b', 'c'].map((key) => store.has(key))).toEqual([true, false, true]);
  });

  it('forgets an instance after its time', async () => {
    await store.close();
    store = open({ ttlMs: 20 });
    await store.put('a', instance(randomBytes(17 * MIB)), accepted);
    expect(store.has('a')).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(await store.get('a')).toBeUndefined();
  });

  it.each<[string, () => Promise<unknown>]>([
    ['removed', async () => rm(await onlyFile())],
    ['damaged', async () => writeFile(await onlyFile(), randomBytes(1000))],
  ])('may lose a file: %s', async (_name, spoil) => {
    // It is too large for the memory.
    await store.put('a', instance(randomBytes(17 * MIB)), accepted);
    await spoil();
    expect(await store.get('a')).toBeUndefined();
    expect(store.has('a')).toBe(false);
  });

  it('that cannot be used leaves the instances in memory, and is reported once', async () => {
    await store.close();
    const path = join(folder.path, 'file');
    await writeFile(path, '');
    store = open({ folder: path });
    const bytes = randomBytes(20 * MIB);
    for (const key of ['a', 'b']) await store.put(key, instance(bytes), accepted);
    expect((await whole((await store.get('b'))?.file))?.equals(bytes)).toBe(true);
    expect(failures).toHaveLength(1);
  });

  it('that fails within a small instance costs nothing but its file', async () => {
    const bytes = randomBytes(2 * MIB);
    const parent = join(folder.path, 'parent');
    await mkdir(parent);
    await store.close();
    store = open({ folder: parent });
    const stored = await store.put(
      'a',
      instance(bytes, () => rm(parent, { recursive: true, force: true })),
      accepted,
    );
    expect((await whole(stored?.file))?.equals(bytes)).toBe(true);
  });
});
