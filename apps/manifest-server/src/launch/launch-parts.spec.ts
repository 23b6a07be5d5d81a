import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ConnectorError, type SearchResult } from '@pacs-connectors/connector-core';
import { LaunchedManifests } from '../cache/launched-manifests.js';
import { archives, fakes, patientWith, serveFakes } from '../testing/fake-archive.js';

let app: NestFastifyApplication;
let url: string;
const others: NestFastifyApplication[] = [];

beforeAll(async () => {
  ({ app, url } = await serveFakes(fakes('north', 'south', 'west')));
});
afterAll(async () => {
  await app?.close();
  await Promise.all(others.map((other) => other.close()));
});
afterEach(() => archives.clear());

/** The addresses of the manifests that a launch opens, in order. */
async function launch(query: string, base = url): Promise<string[]> {
  const response = await fetch(`${base}/display?${query}`, { redirect: 'manual' });
  expect(response.status).toBe(302);
  return addressesIn(response.headers.get('location') ?? '');
}

function addressesIn(location: string): string[] {
  const commands = decodeURIComponent(location.replaceAll('+', ' '));
  return [...commands.matchAll(/\$dicom:get -w "([^"]+)"/g)].map(([, address = '']) => address);
}

interface ArcQuery {
  arcId: string;
  webLogin?: string;
  Message?: { title: string; severity: string };
  Patient: { PatientName: string; Study: { Series: { SeriesInstanceUID: string; Instance: object[] }[] }[] }[];
}

/** The archives of a manifest: series with their numbers of images, and what is said. */
async function opened(address: string) {
  const response = await fetch(address, { headers: { accept: 'application/json' } });
  expect(response.status).toBe(200);
  const { manifest } = (await response.json()) as { manifest: { arcQuery: ArcQuery[] } };
  return Object.fromEntries(
    manifest.arcQuery.map(({ arcId, Message, Patient }) => [
      arcId,
      {
        ...Object.fromEntries(
          Patient.flatMap(({ Study }) => Study)
            .flatMap(({ Series }) => Series)
            .map(({ SeriesInstanceUID, Instance }) => [SeriesInstanceUID, Instance.length]),
        ),
        ...(Message && { says: Message.title }),
      },
    ]),
  );
}

/** An archive that answers when the test says so. */
function held(id: string): (result: SearchResult | Error) => void {
  let answer: (result: SearchResult | Error) => void = () => undefined;
  const answered = new Promise<SearchResult>((resolve, reject) => {
    answer = (result) => (result instanceof Error ? reject(result) : resolve(result));
  });
  archives.set(id, () => answered);
  return answer;
}

const down = (id: string) => new ConnectorError(id, 'unavailable', 'it is down');
const text = async (address: string) => (await fetch(address)).text();

describe('a launch that asks several archives', () => {
  it('opens a part for each, in the order that they answer in; the whole is there as well', async () => {
    const [north, south] = [held('north'), held('south')];
    const [first = '', second = '', ...more] = await launch('studyUID=1.2,1.3&archive=north,south');
    expect(more).toEqual([]);
    expect(first).toMatch(/\/manifest\?key=[\w-]{43}&part=1$/);
    expect(second).toBe(first.replace('part=1', 'part=2'));
    south(patientWith('1.3', 2));
    expect(await opened(first)).toEqual({ south: { '1.3.1': 2 } });
    const waiting = opened(second);
    north(patientWith('1.2', 3));
    expect(await waiting).toEqual({ north: { '1.2.1': 3 } });
    expect(await opened(first.replace('&part=1', ''))).toEqual({ north: { '1.2.1': 3 }, south: { '1.3.1': 2 } });
  });

  it('gives the same bytes for the same part, with a tag of its own', async () => {
    const south = held('south');
    archives.set('north', () => Promise.resolve(patientWith('1.2', 3)));
    const [first = '', second = ''] = await launch('studyUID=1.2,1.3&archive=north,south&skipWeasisManifestCache');
    const early = await text(first);
    south(patientWith('1.3'));
    const late = await text(second);
    for (const [address, bytes] of [
      [first, early],
      [second, late],
    ] as const) {
      const response = await fetch(address);
      const etag = response.headers.get('etag') ?? '';
      expect(await response.text()).toBe(bytes);
      expect((await fetch(address, { headers: { 'if-none-match': etag } })).status).toBe(304);
    }
    expect(early).not.toBe(late);
  });

  it('opens the whole where it is there already, with the fuller copy of a study', async () => {
    const north = held('north');
    archives.set('south', () => Promise.resolve(patientWith('1.2', 11)));
    const query = 'studyUID=1.2,1.4&archive=north,south';
    const [first = '', second = ''] = await launch(query);
    expect(await opened(first)).toEqual({ south: { '1.2.1': 11 } });
    north(patientWith('1.2', 13));
    expect(await opened(second)).toEqual({ north: { says: 'Archive north: images not shown' } });
    await opened(first.replace('&part=1', ''));
    const again = await launch(query);
    expect(again).toEqual([first.replace('&part=1', '')]);
    expect(await opened(again[0] ?? '')).toEqual({
      north: { '1.2.1': 13 },
      south: { says: 'Archive south: incomplete copies' },
    });
  });

  it('says each message once: of an archive that failed in its part, that nothing was found in the last', async () => {
    const south = held('south');
    archives.set('north', () => Promise.reject(down('north')));
    const [first = '', second = ''] = await launch('studyUID=1.5&archive=north,south');
    expect(await opened(first)).toEqual({ north: { says: 'Archive north: not reachable' } });
    south(patientWith('1.2'));
    expect(await opened(second)).toEqual({ south: { '1.2.1': 1 } });

    archives.clear();
    const addresses = await launch('studyUID=1.9&archive=north,south');
    expect(await opened(addresses[0] ?? '')).toEqual(expect.not.objectContaining({ says: expect.anything() }));
    const last = await opened(addresses[1] ?? '');
    expect(last).toMatchObject({ north: { says: 'Nothing found' } });
    expect(Object.values(last).filter((part) => 'says' in part)).toHaveLength(1);
  });

  it('has a message of an archive that is left out in the last part', async () => {
    const { app: other, url: base } = await serveFakes(`${fakes('north', 'south')}    odd:\n      type: TELEPATHY\n`);
    others.push(other);
    for (const id of ['north', 'south'])
      archives.set(id, () => Promise.resolve(patientWith(id === 'north' ? '1.2' : '1.3')));
    const parts = await Promise.all((await launch('studyUID=1.2', base)).map(opened));
    expect(parts).toHaveLength(2);
    expect(Object.keys(parts[0] ?? {})).not.toContain('odd');
    expect(parts[1]?.['odd']).toEqual({ says: 'Archive odd: configuration error' });
  });

  it('joins nothing with an archive that is set apart, whichever answers first', async () => {
    const { app: other, url: base } = await serveFakes(`${fakes('north', 'apart')}      separate: true\n`);
    others.push(other);
    for (const [fast, slow] of [
      ['north', 'apart'],
      ['apart', 'north'],
    ] as const) {
      archives.set(fast, () => Promise.resolve(patientWith('1.2', 2)));
      const late = held(slow);
      const [first = '', second = ''] = await launch('studyUID=1.2&skipWeasisManifestCache', base);
      expect(await opened(first)).toEqual({ [fast]: { '1.2.1': 2 } });
      late(patientWith('1.2', 2));
      expect(await opened(second)).toEqual({ [slow]: { '1.2.1': 2 } });
    }
  });

  it('answers in the time that a viewer waits, whatever hangs, and then gives no part twice', async () => {
    const { app: other, url: base } = await serveFakes(fakes('north', 'south', 'west'));
    others.push(other);
    const launched = other.get(LaunchedManifests);
    const [south, west] = [held('south'), held('west')];
    archives.set('north', () => Promise.resolve(patientWith('1.2')));
    const [first = '', second = '', third = ''] = await launch('studyUID=1.2,1.3,1.4', base);
    expect(await opened(first)).toEqual({ north: { '1.2.1': 1 } });
    launched.viewerWaitsMs = 100;
    const early = await opened(second);
    expect(early).toEqual({
      south: { says: expect.stringMatching(/no answer yet/) },
      west: { says: expect.stringMatching(/no answer yet/) },
    });
    launched.viewerWaitsMs = 10_000;
    const last = opened(third);
    south(patientWith('1.3'));
    west(patientWith('1.4'));
    expect(await last).toEqual({ south: { '1.3.1': 1 }, west: { '1.4.1': 1 } });
    expect(await opened(second)).toEqual(early);
  });

  it('shows the first image of a fast archive as soon as without the slow one', async () => {
    archives.set('north', async () => {
      await new Promise((resolve) => setTimeout(resolve, 5000));
      return patientWith('1.2');
    });
    const timed = async (query: string) => {
      const begun = performance.now();
      const [first = ''] = await launch(query);
      expect(await text(first)).toContain('SOPInstanceUID="1.2.1.1"');
      return performance.now() - begun;
    };
    const alone = await timed('studyUID=1.2&archive=north&skipWeasisManifestCache');
    const south = held('south');
    const beside = await timed('studyUID=1.2&archive=north,south&skipWeasisManifestCache');
    south(patientWith('1.3'));
    expect(beside).toBeLessThan(1.2 * alone);
  });
});

describe('parts that cannot be had', () => {
  it('are answered by what is wrong', async () => {
    const [first = ''] = await launch('studyUID=1.6&archive=north,south');
    const whole = first.replace('&part=1', '');
    for (const [address, status, detail] of [
      [`${whole}&part=0`, 400, /is not the number of a part/],
      [`${whole}&part=x`, 400, /is not the number of a part/],
      [`${whole}&part=1&part=2`, 400, /has different values; one is allowed/],
      [`${whole}&part=3`, 404, /no part 3: the launch has 2 parts/],
      [`${url}/manifest?studyUID=1.2&part=1`, 400, /needs key: a search is answered as a whole/],
      [`${url}/manifest?key=${'x'.repeat(43)}&part=1`, 404, /expired/],
    ] as const) {
      const response = await fetch(address, { headers: { accept: 'application/json' } });
      expect(response.status).toBe(status);
      expect(await response.text()).toMatch(detail);
    }
    const alone = await launch('studyUID=1.2&archive=north');
    expect(alone).toEqual([expect.not.stringContaining('part=')]);
    const response = await fetch(`${alone[0]}&part=2`, { headers: { accept: 'application/json' } });
    expect([response.status, await response.text()]).toEqual([404, expect.stringContaining('the launch has 1 part')]);
    expect((await fetch(`${alone[0]}&part=1`)).status).toBe(200);
  });
});

describe('how many parts a launch has', () => {
  it('is one where weasis.parts is false', async () => {
    const { app: other, url: base } = await serveFakes(`${fakes('north', 'south')}weasis.parts: false\n`);
    others.push(other);
    expect(await launch('studyUID=1.2', base)).toEqual([expect.not.stringContaining('part=')]);
  });

  it('is as many as an address for Windows can hold; the last one has the rest', async () => {
    const ids = Array.from({ length: 30 }, (_, index) => `archive-${index}`);
    const { app: other, url: base } = await serveFakes(fakes(...ids));
    others.push(other);
    for (const [index, id] of ids.entries()) archives.set(id, () => Promise.resolve(patientWith(`1.${index + 2}`)));
    const response = await fetch(`${base}/display?studyUID=1.2`, { redirect: 'manual' });
    const location = response.headers.get('location') ?? '';
    expect(location.length).toBeLessThanOrEqual(2000);
    const addresses = addressesIn(location);
    expect(addresses.length).toBeGreaterThan(5);
    const parts = await Promise.all(addresses.map(opened));
    expect(Object.assign({}, ...parts)).toEqual(
      Object.fromEntries(ids.map((id, index) => [id, { [`1.${index + 2}.1`]: 1 }])),
    );
    expect(parts.reduce((sum, part) => sum + Object.keys(part).length, 0)).toBe(ids.length);

    // Properties of the caller leave less room.
    const long = await fetch(`${base}/display?studyUID=1.2&pro=a%20${'b'.repeat(1750)}`, { redirect: 'manual' });
    expect(addressesIn(long.headers.get('location') ?? '')).toHaveLength(1);
  });
});
