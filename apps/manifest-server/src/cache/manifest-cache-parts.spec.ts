import { setMaxListeners } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type CachedManifest } from './cached-manifest.js';
import { decodeKept, encodeKept, NoSuchPart, PartsLost } from './kept-launch.js';
import { ManifestCache } from './manifest-cache.js';
import { type BuildProgress, type ManifestCacheOptions } from './manifest-cache-options.js';

const forever = new AbortController().signal;
setMaxListeners(0, forever);
const open: ManifestCache<string>[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((cache) => cache.close()));
});

function manifestOf(tag: string, more: Partial<CachedManifest> = {}): CachedManifest {
  return { complete: true, xml: Buffer.from(`<${tag}/>`), json: Buffer.from('{}'), tag, found: [], ...more };
}

/** A cache of launches in three parts, whose builds do what the test says. */
function setUp(more: Partial<ManifestCacheOptions<string>> = {}) {
  const builds: {
    signal: AbortSignal;
    /** Tags of the parts that it begins with; `undefined`: it makes none. */
    given: string[] | undefined;
    keep(tag: string): Promise<void>;
    finish(manifest: CachedManifest): void;
  }[] = [];
  const builtBy = more.builtBy?.();
  const cache = new ManifestCache<string>({
    partsOf: () => 3,
    build: (_question: string, signal: AbortSignal, { parts }: BuildProgress) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
        builds.push({
          signal,
          given: parts?.given.map(({ tag }) => tag),
          keep: async (tag) => parts?.keep(manifestOf(tag, { builtBy: more.builtBy?.() ?? builtBy })),
          finish: resolve,
        });
      }),
    ...more,
  });
  open.push(cache);
  const begun = async (count: number) => {
    for (let turns = 0; builds.length < count; turns++) {
      if (turns > 1000) throw new Error(`build ${count} has not begun`);
      await turn();
    }
    return builds[count - 1]!;
  };
  const part = async (key: string, number: number, signal = forever) => (await cache.get(key, signal, number))?.tag;
  /** Asks for a part, and goes away before it is there. */
  const leave = async (key: string, number: number) => {
    const leaving = new AbortController();
    const gone = part(key, number, leaving.signal);
    await turn();
    leaving.abort();
    await expect(gone).rejects.toThrow();
  };
  return { cache, builds, begun, part, leave };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('the parts of a launch', () => {
  it('are there as they are made, the same however often they are asked for, and the whole after them', async () => {
    const { cache, begun, part } = setUp();
    const key = await cache.launch('q');
    const waiting = [part(key, 1), part(key, 2), part(key, 3)];
    const build = await begun(1);
    expect(build.given).toEqual([]);
    await build.keep('first');
    expect(await waiting[0]).toBe('first');
    expect(await part(key, 1)).toBe('first');
    expect(build.signal.aborted).toBe(false);
    expect(cache.has(key)).toBe(false);
    await build.keep('second');
    expect(await waiting[1]).toBe('second');
    await build.keep('third');
    build.finish(manifestOf('whole'));
    expect(await waiting[2]).toBe('third');
    expect((await cache.get(key, forever))?.tag).toBe('whole');
    expect(cache.has(key)).toBe(true);
    expect(await Promise.all([part(key, 1), part(key, 2), part(key, 3)])).toEqual(['first', 'second', 'third']);
  });

  it('are built on where a viewer has got one, and not where it left before that', async () => {
    const { cache, builds, begun, part, leave } = setUp();
    const key = await cache.launch('q');
    const build = await begun(1);
    await build.keep('first');
    expect(await part(key, 1)).toBe('first');
    await leave(key, 2);
    expect(build.signal.aborted).toBe(true);
    // Who comes later gets what was given, and what is lacking.
    expect(await part(key, 1)).toBe('first');
    const next = part(key, 2);
    const again = await begun(2);
    expect(again.given).toEqual(['first']);
    await again.keep('second');
    expect(await next).toBe('second');
    expect(builds).toHaveLength(2);
  });

  it('that were returned stay under another configuration; the others are built again, with what is missing', async () => {
    let builtBy = 'old';
    const { cache, begun, part } = setUp({ builtBy: () => builtBy });
    const key = await cache.launch('q');
    const old = await begun(1);
    for (const tag of ['first', 'second', 'third']) await old.keep(tag);
    old.finish(manifestOf('old whole', { builtBy }));
    await cache.get(key, forever);
    expect(await part(key, 1)).toBe('first');
    builtBy = 'new';
    const next = part(key, 2);
    const build = await begun(2);
    expect(build.given).toEqual(['first']);
    await build.keep('rest');
    expect(await next).toBe('rest');
    expect(await part(key, 1)).toBe('first');
    expect(await cache.launch('q')).not.toBe(key);
  });

  it('outlive an incomplete whole; a launch after it has a key and parts of its own', async () => {
    const { cache, builds, begun, part } = setUp({ incompleteTtlMs: 30 });
    const key = await cache.launch('q');
    const first = await begun(1);
    expect(await cache.launch('q')).toBe(key);
    for (const tag of ['first', 'second', 'third']) await first.keep(tag);
    first.finish(manifestOf('whole', { complete: false }));
    await cache.get(key, forever);
    expect(await part(key, 1)).toBe('first');
    expect(await cache.launch('q')).toBe(key);
    await new Promise((resolve) => setTimeout(resolve, 60));
    const later = await cache.launch('q');
    expect(later).not.toBe(key);
    const second = await begun(2);
    expect(second.given).toEqual([]);
    await second.keep('another first');
    expect(await part(later, 1)).toBe('another first');
    expect([await part(key, 2), await part(key, 3), await part(key, 1)]).toEqual(['second', 'third', 'first']);
    expect(builds).toHaveLength(2);
    // Who asks for the whole gets a new one, as without parts.
    const whole = cache.get(key, forever);
    const third = await begun(3);
    expect(third.given).toEqual(['first', 'second', 'third']);
    third.finish(manifestOf('whole again'));
    expect((await whole)?.tag).toBe('whole again');
  });

  it('whose predecessors are lost are an error: what the viewer has of them is not known', async () => {
    // Room for one launch.
    const { cache, begun, part } = setUp({ maxBytes: 3000 });
    const key = await cache.launch('q');
    const first = await begun(1);
    await first.keep('first');
    expect(await part(key, 1)).toBe('first');
    for (const tag of ['second', 'third']) await first.keep(tag);
    first.finish(manifestOf('whole'));
    await cache.get(key, forever);
    await cache.put(manifestOf('large', { xml: Buffer.alloc(3000) }));
    await expect(part(key, 2)).rejects.toThrow(PartsLost);
    const again = part(key, 1);
    await (await begun(2)).keep('first again');
    expect(await again).toBe('first again');
  });

  it('are not lost where one is asked for out of order', async () => {
    const { cache, begun, part, leave } = setUp();
    const key = await cache.launch('q');
    const first = await begun(1);
    await first.keep('first');
    expect(await part(key, 1)).toBe('first');
    await leave(key, 2);
    await expect(part(key, 3)).rejects.toThrow(PartsLost);
    const second = part(key, 2);
    const build = await begun(2);
    expect(build.given).toEqual(['first']);
    await build.keep('second');
    expect([await second, await part(key, 1)]).toEqual(['second', 'first']);
  });

  it('are as many as the launch has, one of a manifest that was built elsewhere', async () => {
    const { cache, begun, part } = setUp();
    const key = await cache.launch('q');
    await expect(part(key, 4)).rejects.toThrow(NoSuchPart);
    (await begun(1)).finish(manifestOf('whole'));
    await cache.get(key, forever);
    await expect(part(key, 4)).rejects.toThrow('the launch has 3 parts');
    const uploaded = await cache.put(manifestOf('uploaded'));
    expect(await part(uploaded, 1)).toBe('uploaded');
    await expect(part(uploaded, 2)).rejects.toThrow('the launch has 1 part');
    expect(await part('x'.repeat(43), 1)).toBeUndefined();
  });
});

it('what is kept of a launch survives being encoded', () => {
  const kept = { count: 3, parts: [manifestOf('ü', { builtBy: 'b' }), manifestOf('2', { expiresAt: 17 })] };
  expect(decodeKept(encodeKept({ ...kept, delivered: 1 }))).toEqual({ ...kept, delivered: 0 });
  const whole = { ...kept, whole: manifestOf('whole') };
  expect(decodeKept(encodeKept({ ...whole, delivered: 2 }))).toEqual({ ...whole, delivered: 0 });
});
