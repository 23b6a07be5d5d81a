import { expect, it } from '@jest/globals';
import { type Connector } from '@pacs-connectors/connector-core';
import { banner } from './banner.js';

const registry = {
  connectors: [{ id: 'main', type: 'DB' } as Connector],
  leftOut: [{ id: 'old', type: 'DICOM', reasons: ['connectors.yml:7:9 port: found "abc"', 'no aet'] }],
};
const baseUrl = 'http://127.0.0.1:8080/pacs';
const demo = { database: '/demo/archive.db', configuration: '/demo/connectors.yml' };

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
  for (const url of urls) expect(() => new URL(url)).not.toThrow();
  expect(text).toContain('/demo/connectors.yml');
});

it('colours only where that is wanted', () => {
  expect(banner({ baseUrl, registry, demo, colours: false })).not.toContain('\u001b');
  expect(banner({ baseUrl, registry, demo, colours: true })).toContain('\u001b[1mpacs-connectors');
});
