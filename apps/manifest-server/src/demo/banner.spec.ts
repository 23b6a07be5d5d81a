import { expect, it } from '@jest/globals';
import { type Connector } from '@pacs-connectors/connector-core';
import { type Archive, type DemoSite } from '@pacs-connectors/demo-archive';
import { banner } from './banner.js';

const registry = {
  connectors: [{ id: 'main', type: 'DB' } as Connector],
  leftOut: [{ id: 'old', type: 'DICOM', reasons: ['connectors.yml:7:9 port: found "abc"', 'no aet'] }],
};
const baseUrl = 'http://127.0.0.1:8080/pacs';
const archive = (name: string, port: number) =>
  ({
    aeTitle: name.toUpperCase(),
    dicomPort: port,
    wadoUrl: `http://127.0.0.1:${port + 1}/wado`,
    dicomWebUrl: `http://127.0.0.1:${port + 1}/dicom-web`,
  }) as Archive;
const demo: DemoSite = {
  configuration: '/demo/connectors.yml',
  archives: { north: archive('north', 11112), south: archive('south', 11122), west: archive('west', 11132) },
  close: () => Promise.resolve(),
};

it('names each archive, and why one is left out', () => {
  const text = banner({ baseUrl, registry, colours: false });
  expect(text).toMatch(/Archive main +DB/);
  expect(text).toContain('Archive old is left out:\n    connectors.yml:7:9 port: found "abc"\n    no aet');
  expect(text).not.toContain('demo');
});

it('prints addresses of the demo that can be pasted', () => {
  const text = banner({ baseUrl, registry, demo, colours: false });
  const urls = text.match(/https?:\/\/[^\s']+/g) ?? [];
  expect(urls).toContain(`${baseUrl}/manifest?patientID=DEMO-1`);
  expect(urls).toContain(`${baseUrl}/manifest?patientID=0042%5E%5E%5EHOSPITAL_B`);
  expect(urls).toContain(`${baseUrl}/health/ready`);
  // The first opens images.
  expect(urls[0]).toBe(`${baseUrl}/display?patientID=DEMO-1`);
  expect(urls[1]).toMatch(/^http:\/\/127\.0\.0\.1:8080\/pacs\/wado\?.*contentType=image%2Fjpeg$/);
  expect(text).toContain('C-STORE to NORTH at 127.0.0.1:11112');
  for (const url of urls) expect(() => new URL(url)).not.toThrow();
  expect(text).toContain('/demo/connectors.yml');
});

it('colours only where that is wanted', () => {
  expect(banner({ baseUrl, registry, demo, colours: false })).not.toContain('\u001b');
  expect(banner({ baseUrl, registry, demo, colours: true })).toContain('\u001b[1mpacs-connectors');
});
