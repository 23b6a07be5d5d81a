import { describe, expect, it } from '@jest/globals';
import { gunzipSync } from 'node:zlib';
import { gzipManifest } from './gzip.js';
import { byInstance, sortPaced } from './arrange/order.js';
import { Pace } from './arrange/pace.js';
import { renderManifest } from './render.js';
import { arcQueryOf, patientOf, rendered } from './testing/render.js';

/** One series of `count` instances, the last first. */
function large(count: number) {
  const instances = Array.from({ length: count }, (_, index) => ({
    sopInstanceUid: `1.2.840.113619.2.55.3.${count - index}`,
    instanceNumber: String((index * 7919) % count),
  }));
  return { arcQueries: [arcQueryOf([patientOf(instances)])] };
}

describe('renderManifest', () => {
  it.each(['xml', 'json'] as const)('yields %s in pieces of some tens of kilobytes', async (format) => {
    const pieces: string[] = [];
    for await (const piece of renderManifest(large(20_000), { format })) pieces.push(piece);
    expect(pieces.length).toBeGreaterThan(20);
    for (const piece of pieces) expect(piece.length).toBeLessThan(64 * 1024);
    expect(pieces.join('').match(/SOPInstanceUID/g)).toHaveLength(20_000);
  });

  it('gives the event loop back while it arranges, sorts and writes', async () => {
    const manifest = large(100_000);
    let turns = 0;
    let working = true;
    const count = () => {
      turns++;
      if (working) setImmediate(count);
    };
    setImmediate(count);
    const start = performance.now();
    for await (const piece of renderManifest(manifest)) expect(piece).not.toBe('');
    const time = performance.now() - start;
    working = false;
    // A slice is 2 ms. A machine that other programs keep busy stretches some of them; twenty times on average it does not.
    expect(turns).toBeGreaterThan(time / 40);
  });

  it('can be given up at any piece', async () => {
    for await (const piece of renderManifest(large(20_000))) {
      expect(piece).toContain('<?xml');
      break;
    }
    expect(await rendered({ arcQueries: [] })).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><manifest xmlns="http://www.weasis.org/xsd/2.5"/>',
    );
  });
});

describe('Pace', () => {
  it('serves one of many in each turn of the event loop', async () => {
    const served: string[] = [];
    const rest = async (name: string) => {
      await new Pace().rest();
      served.push(name);
    };
    const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
    const turns = (async () => {
      for (let index = 0; index < 3; index++) {
        await turn();
        served.push('turn');
      }
    })();
    await Promise.all([rest('a'), rest('b'), rest('c'), turns]);
    expect(served.filter((name) => name !== 'turn')).toEqual(['a', 'b', 'c']);
    expect(served.slice(served.indexOf('a') + 1, served.indexOf('b'))).toEqual(['turn']);
    expect(served.slice(served.indexOf('b') + 1, served.indexOf('c'))).toEqual(['turn']);
  });
});

describe('sortPaced', () => {
  it.each([0, 1, 2048, 2049, 10_000])('sorts %i items as Array.sort does', async (count) => {
    const items = Array.from({ length: count }, (_, index) => ({
      SOPInstanceUID: `1.${index % 977}`,
      InstanceNumber: index % 5 === 0 ? undefined : (index * 7919) % 1013,
    }));
    expect(await sortPaced([...items], byInstance, new Pace())).toEqual([...items].sort(byInstance));
    expect(await sortPaced([...items].sort(byInstance), byInstance, new Pace())).toEqual([...items].sort(byInstance));
  });
});

describe('sortPaced with slices of time that are always over', () => {
  it('never compares more than a run between two rests', async () => {
    let compared = 0;
    let most = 0;
    class AlwaysOver extends Pace {
      override due = () => true;
      override isOver = () => true;
      override async rest() {
        most = Math.max(most, compared);
        compared = 0;
      }
    }
    const items = Array.from({ length: 100_000 }, (_, index) => (index * 7919) % 100_003);
    const compare = (a: number, b: number) => {
      compared++;
      return a - b;
    };
    const sorted = await sortPaced(items, compare, new AlwaysOver());
    expect(sorted).toEqual([...items].sort((a, b) => a - b));
    // 2,048 items by merging: fewer than 2,048 × log2(2,048) comparisons.
    expect(Math.max(most, compared)).toBeLessThan(2048 * 11);
  });
});

describe('gzipManifest', () => {
  const compressed = async (pieces: AsyncIterable<string>) => {
    const chunks: Buffer[] = [];
    for await (const chunk of gzipManifest(pieces)) chunks.push(chunk);
    return Buffer.concat(chunks);
  };

  it('compresses the same manifest to the same bytes', async () => {
    const bytes = await compressed(renderManifest(large(5_000)));
    expect(gunzipSync(bytes).toString()).toBe(await rendered(large(5_000)));
    expect(await compressed(renderManifest(large(5_000)))).toEqual(bytes);
  });

  it('fails as its source fails', async () => {
    async function* failing() {
      yield 'text';
      throw new Error('out of order');
    }
    await expect(compressed(failing())).rejects.toThrow('out of order');
  });

  it('stops its source when nobody reads on', async () => {
    let stopped: () => void;
    const stop = new Promise<void>((resolve) => (stopped = resolve));
    async function* endless() {
      try {
        for (let index = 0; ; index++) yield String(Math.sin(index)).repeat(1000);
      } finally {
        stopped();
      }
    }
    for await (const chunk of gzipManifest(endless())) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    await stop;
  });
});
