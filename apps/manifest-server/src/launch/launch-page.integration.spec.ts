import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ConnectorError } from '@pacs-connectors/connector-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { archives, fakes, patientWith, serveFakes } from '../testing/fake-archive.js';

let app: NestFastifyApplication;
let url: string;
let browser: Browser;

beforeAll(async () => {
  ({ app, url } = await serveFakes(fakes('north', 'south')));
  archives.set('north', () => Promise.resolve(patientWith('1.2', 128)));
  archives.set('south', () =>
    Promise.reject(
      new ConnectorError('south', 'timeout', `no answer <img src=x onerror="document.title='broken'">`, {
        remedy: 'See whether it is overloaded.',
      }),
    ),
  );
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
});
afterAll(async () => {
  await browser?.close();
  await app?.close();
  archives.clear();
});

async function open(path: string): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage({ viewport: { width: 800, height: 600 } });
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${url}/${path}`);
  return { page, complaints };
}

it('is shown by a browser as it is meant: the link, what was found, the messages, and where the viewer comes from', async () => {
  const { page, complaints } = await open('display?studyUID=1.2&launch=page&pro=a%20b');
  const link = page.getByRole('link', { name: 'Open in Weasis' });
  expect(await link.getAttribute('href')).toMatch(/^weasis:\/\/%24dicom%3Aget\+-w\+%22/);
  expect(await page.getByRole('row').allInnerTexts()).toEqual([
    'Archive\tPatients\tStudies\tSeries\tImages',
    'north\t1\t1\t1\t128',
    'south\t0\t0\t0\t0',
  ]);
  expect(await page.locator('.message.ERROR').innerText()).toContain('<img src=x onerror=');
  expect(await page.getByRole('link', { name: 'get Weasis' }).getAttribute('href')).toBe('https://weasis.org');
  // The style is the one that the policy allows, and nothing of the message has run.
  const colour = `getComputedStyle(document.querySelector('a.launch')).backgroundColor`;
  expect(await page.evaluate(colour)).toBe('rgb(11, 92, 173)');
  expect(await page.title()).toBe('Open in Weasis');
  expect(complaints).toEqual([]);
  await page.close();
});
