import { setMaxListeners } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type CachedManifest, decodeManifest, encodeManifest } from './cached-manifest.js';
import { ManifestCache } from './manifest-cache.js';
import { type ManifestCacheOptions } from './manifest-cache-options.js';

interface Question {
  patient: string;
  caller?: string;
}

const forever = new AbortController().signal;
setMaxListeners(0, forever);
const open: ManifestCache<Question>[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((cache) => cache.close()));
});

function manifestOf(text: string, more: Partial<CachedManifest> = {}): CachedManifest {
  const [xml, json] = [Buffer.from(`<${text}/>`), Buffer.from(`{"${text}":1}`)];
  return { complete: true, xml, json, tag: text, found: [], ...more };
}

/** A cache whose builds end when the test says so. */
function setUp(more: Partial<ManifestCacheOptions<Question>> = {}) {
  const builds: {
    question: Question;
    signal: AbortSignal;
    finish(manifest: CachedManifest): void;
    fail(error: Error): void;
  }[] = [];
  const cache = new ManifestCache<Question>({
    build: (question, signal) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
        builds.push({ question, signal, finish: resolve, fail: reject });
      }),
    ...more,
  });
  open.push(cache);
  const build = (index: number) => {
    const found = builds[index];
    if (!found) throw new Error(`no build ${index}`);
    return found;
  };
  return { cache, builds, build };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('keys', () => {
  it('are one for the same question of the same caller, and another for any other', async () => {
    const { cache } = setUp();
    const key = await cache.launch({ patient: '1', caller: 'a' });
    expect(Buffer.from(key, 'base64url')).toHaveLength(32);
    expect(await cache.launch({ patient: '1', caller: 'a' })).toBe(key);
    expect(await cache.launch({ patient: '1', caller: 'b' })).not.toBe(key);
    expect(await cache.launch({ patient: '1' })).not.toBe(key);
    expect(await cache.launch({ patient: '2', caller: 'a' })).not.toBe(key);
  });

  it('differ between servers that share no secret, and agree where they share it', async () => {
    const ask = (signingKey?: Buffer) => setUp({ signingKey }).cache.launch({ patient: '1' });
    expect(await ask()).not.toBe(await ask());
    expect(await ask(Buffer.alloc(32, 1))).toBe(await ask(Buffer.alloc(32, 1)));
  });

  it('an unknown one finds nothing', async () => {
    expect(await setUp().cache.get('x'.repeat(43), forever)).toBeUndefined();
  });
});

describe('when manifests are built by something else', () => {
  it('those that are there are built again under the same key; one that was built elsewhere is kept', async () => {
    let builtBy = 'old';
    const { cache, builds, build } = setUp({ builtBy: () => builtBy });
    const key = await cache.launch({ patient: '1' });
    build(0).finish(manifestOf('before', { builtBy: 'old' }));
    expect((await cache.get(key, forever))?.tag).toBe('before');
    const uploaded = await cache.put(manifestOf('uploaded'));
    builtBy = 'new';
    const again = cache.get(key, forever);
    while (builds.length < 2) await turn();
    build(1).finish(manifestOf('after', { builtBy: 'new' }));
    expect((await again)?.tag).toBe('after');
    expect((await cache.get(key, forever))?.tag).toBe('after');
    expect((await cache.get(uploaded, forever))?.tag).toBe('uploaded');
  });

  it('who waits gets what was begun, who comes later waits for another build, and the older one does not replace it', async () => {
    let builtBy = 'old';
    const { cache, builds, build } = setUp({ builtBy: () => builtBy });
    const key = await cache.launch({ patient: '1' });
    const early = cache.get(key, forever);
    builtBy = 'new';
    const late = cache.get(key, forever);
    while (builds.length < 2) await turn();
    build(1).finish(manifestOf('after', { builtBy: 'new' }));
    expect((await late)?.tag).toBe('after');
    build(0).finish(manifestOf('before', { builtBy: 'old' }));
    expect((await early)?.tag).toBe('before');
    expect((await cache.get(key, forever))?.tag).toBe('after');
    expect(builds).toHaveLength(2);
  });
});

describe('building', () => {
  it('begins with the launch, once for all who wait', async () => {
    const { cache, builds, build } = setUp();
    const key = await cache.launch({ patient: '1' });
    await cache.launch({ patient: '1' });
    const waiting = Array.from({ length: 200 }, () => cache.get(key, forever));
    await turn();
    expect(builds).toHaveLength(1);
    build(0).finish(manifestOf('a'));
    const answers = await Promise.all(waiting);
    expect(new Set(answers.map((answer) => answer?.xml.toString()))).toEqual(new Set(['<a/>']));
    expect((await cache.get(key, forever))?.json.toString()).toBe('{"a":1}');
    expect(builds).toHaveLength(1);
    expect(cache.statistics.builds).toBe(0);
  });

  it('fresh builds again under its own key', async () => {
    const { cache, builds, build } = setUp();
    const key = await cache.launch({ patient: '1' });
    build(0).finish(manifestOf('old'));
    await cache.get(key, forever);
    const fresh = await cache.launch({ patient: '1' }, { fresh: true });
    expect(fresh).not.toBe(key);
    expect(builds).toHaveLength(2);
    build(1).finish(manifestOf('new'));
    expect((await cache.get(fresh, forever))?.xml.toString()).toBe('<new/>');
  });

  it('is cancelled when the last who waited has left, and begins again for who comes later', async () => {
    const { cache, builds, build } = setUp();
    const key = await cache.launch({ patient: '1' });
    const [first, second] = [new AbortController(), new AbortController()];
    const waiting = [cache.get(key, first.signal), cache.get(key, second.signal)];
    waiting.forEach((promise) => promise.catch(() => undefined));
    first.abort();
    await expect(waiting[0]).rejects.toThrow();
    expect(build(0).signal.aborted).toBe(false);
    second.abort();
    await expect(waiting[1]).rejects.toThrow();
    expect(build(0).signal.aborted).toBe(true);
    const again = cache.get(key, forever);
    await turn();
    expect(builds).toHaveLength(2);
    build(1).finish(manifestOf('b'));
    expect((await again)?.xml.toString()).toBe('<b/>');
  });

  it('that fails rejects for all who wait, and the next caller starts another build', async () => {
    const { cache, builds, build } = setUp();
    const key = await cache.launch({ patient: '1' });
    const waiting = cache.get(key, forever);
    build(0).fail(new Error('out of order'));
    await expect(waiting).rejects.toThrow('out of order');
    await turn();
    const again = cache.get(key, forever);
    await turn();
    expect(builds).toHaveLength(2);
    build(1).finish(manifestOf('a'));
    await again;
  });

  it('ends with the cache', async () => {
    const { cache, build } = setUp();
    const key = await cache.launch({ patient: '1' });
    const waiting = cache.get(key, forever);
    waiting.catch(() => undefined);
    await cache.close();
    expect(build(0).signal.aborted).toBe(true);
    await expect(waiting).rejects.toThrow();
    expect(cache.statistics).toMatchObject({ manifests: 0, bytes: 0, builds: 0 });
  });
});

describe('life', () => {
  async function kept(manifest: CachedManifest, options: Partial<ManifestCacheOptions<Question>>) {
    const { cache, builds, build } = setUp(options);
    const key = await cache.launch({ patient: '1' });
    build(0).finish(manifest);
    await cache.get(key, forever);
    return { cache, builds, key };
  }
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  it('counts from the last use', async () => {
    const { cache, builds, key } = await kept(manifestOf('a'), { ttlMs: 600 });
    for (let use = 0; use < 4; use++) {
      await pause(250);
      expect(await cache.get(key, forever)).toBeDefined();
    }
    expect(builds).toHaveLength(1);
    await pause(700);
    expect(await cache.get(key, forever)).toBeUndefined();
  });

  it('is short where an archive failed, and its use does not prolong it: the archive is asked again', async () => {
    const { cache, builds, key } = await kept(manifestOf('a', { complete: false }), {
      incompleteTtlMs: 150,
    });
    expect(await cache.get(key, forever)).toMatchObject({ tag: 'a', complete: false });
    await pause(200);
    await cache.launch({ patient: '1' });
    expect(builds).toHaveLength(2);
  });

  it('ends with the token in it, whatever the life of others is', async () => {
    const { cache, builds, key } = await kept(manifestOf('a', { expiresAt: Date.now() + 200 }), {});
    expect(await cache.get(key, forever)).toBeDefined();
    await pause(250);
    void cache.get(key, forever).catch(() => undefined);
    await turn();
    expect(builds).toHaveLength(2);
  });

  it('is not found by a launch once it is older than that, however often it is used: the archives may hold more', async () => {
    const { cache, builds, key } = await kept(manifestOf('a'), { ttlMs: 400 });
    const begun = Date.now();
    while (Date.now() - begun < 600) {
      expect(await cache.get(key, forever)).toBeDefined();
      await pause(50);
    }
    expect(await cache.launch({ patient: '1' })).not.toBe(key);
    expect(builds).toHaveLength(2);
  });

  it('of a question ends with the token in it', async () => {
    const { cache, build } = setUp({ questionEndsAt: () => Date.now() + 100 });
    const key = await cache.launch({ patient: '1' });
    build(0).finish(manifestOf('a', { expiresAt: Date.now() + 100 }));
    expect(await cache.get(key, forever)).toBeDefined();
    await pause(150);
    expect(await cache.get(key, forever)).toBeUndefined();
  });

  it('gives way to newer ones when space is short', async () => {
    const { cache } = setUp({ maxBytes: 3200 });
    const big = () => manifestOf('a', { xml: Buffer.alloc(1000) });
    const keys = [await cache.put(big()), await cache.put(big()), await cache.put(big())];
    const kept = await Promise.all(keys.map(async (key) => (await cache.get(key, forever)) !== undefined));
    expect(kept).toEqual([false, true, true]);
    expect(cache.statistics.bytes).toBeLessThanOrEqual(3200);
  });
});

it('a manifest survives being encoded', () => {
  const manifest = manifestOf('ü', { complete: false, expiresAt: 17 });
  expect(decodeManifest(encodeManifest(manifest))).toEqual(manifest);
});
