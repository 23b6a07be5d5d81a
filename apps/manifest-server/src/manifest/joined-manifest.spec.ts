import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ConnectorError } from '@pacs-connectors/connector-core';
import { archives, fakes, patientWith, serveFakes } from '../testing/fake-archive.js';
import { BuiltManifests, type BuildReport } from './built-manifests.service.js';

let app: NestFastifyApplication;
let url: string;
const reports: BuildReport[] = [];

beforeAll(async () => {
  ({ app, url } = await serveFakes(`${fakes('north', 'south', 'apart')}      separate: true\n`));
  app.get(BuiltManifests).onBuilt((report) => reports.push(report));
});
afterAll(() => app?.close());
afterEach(() => {
  archives.clear();
  reports.length = 0;
});

interface ArcQuery {
  arcId: string;
  webLogin?: string;
  Message?: { severity: string; description: string };
  Patient: { Study: { Series: { Instance: object[] }[] }[] }[];
}

/** Each archive's part, with the number of its images. */
async function parts(query: string) {
  const response = await fetch(`${url}/manifest?${query}`, { headers: { accept: 'application/json' } });
  const { manifest } = (await response.json()) as { manifest: { arcQuery: ArcQuery[] } };
  return Object.fromEntries(
    manifest.arcQuery.map(({ arcId, webLogin, Message, Patient }) => {
      const series = Patient.flatMap(({ Study }) => Study).flatMap(({ Series }) => Series);
      const images = series.reduce((sum, { Instance }) => sum + Instance.length, 0);
      return [arcId, { images, login: webLogin !== undefined, severity: Message?.severity }];
    }),
  );
}

describe('a study in several archives', () => {
  it('is shown once, from the fuller archive, whichever is named or answers first', async () => {
    for (const [first, second] of [
      ['north', 'south'],
      ['south', 'north'],
    ] as const) {
      let release: () => void = () => undefined;
      const after = new Promise<void>((resolve) => (release = resolve));
      archives.set(first, () => after.then(() => patientWith('1.2', 11)));
      archives.set(second, () => Promise.resolve(patientWith('1.2', 13)).finally(() => setTimeout(release, 20)));
      for (const query of ['archive=north,south', 'archive=south,north'])
        expect(await parts(`patientID=P1&${query}`)).toEqual({
          [first]: { images: 0, login: false, severity: 'INFO' },
          [second]: { images: 13, login: true, severity: undefined },
        });
    }
  });

  it('is shown from what is left where the fuller archive is down, and its part says so', async () => {
    archives.set('north', () => Promise.resolve(patientWith('1.2', 11)));
    archives.set('south', () => Promise.reject(new ConnectorError('south', 'unavailable', 'it is down')));
    expect(await parts('patientID=P1&archive=north,south')).toEqual({
      north: { images: 11, login: true, severity: undefined },
      south: { images: 0, login: false, severity: 'ERROR' },
    });
  });

  it('stays in the part of an archive that a key sets apart', async () => {
    for (const id of ['north', 'apart']) archives.set(id, () => Promise.resolve(patientWith('1.2', 2)));
    expect(await parts('patientID=P1&archive=north,apart')).toEqual({
      north: { images: 2, login: true, severity: undefined },
      apart: { images: 2, login: true, severity: undefined },
    });
  });

  it('is reported of every archive that has it, and counted once on the launch page', async () => {
    archives.set('north', () => Promise.resolve(patientWith('1.2', 11)));
    archives.set('south', () => Promise.resolve(patientWith('1.2', 13)));
    const page = await fetch(`${url}/display?patientID=P1&archive=north,south&launch=page`);
    const html = await page.text();
    expect(html).toContain('<tr><td>north</td><td>0</td><td>0</td><td>0</td><td>0</td></tr>');
    expect(html).toContain('<tr><td>south</td><td>1</td><td>1</td><td>1</td><td>13</td></tr>');
    expect(html).toContain('Archive north has 11 of the 13 images of 1 series.');
    expect(reports[0]?.parts).toMatchObject([
      { connector: 'north', studies: 1, instances: 11 },
      { connector: 'south', studies: 1, instances: 13 },
    ]);
  });
});
