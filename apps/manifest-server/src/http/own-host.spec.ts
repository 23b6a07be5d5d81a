import { expect, it } from '@jest/globals';
import { isOwnHost } from './own-host.js';

const publicUrl = 'https://viewer.hospital.example:8443/pacs';

it.each([
  'viewer.hospital.example',
  'Viewer.Hospital.Example.:443',
  'pacs.example:8080',
  '10.1.2.3:8080',
  '[::1]:8080',
  'localhost:8080',
  'pacs-connectors:8080',
  'pacs-connectors.default.svc',
  'pacs-connectors.default.svc.cluster.local:8080',
  undefined,
])('%s is a host of this server', (host) => {
  expect(isOwnHost(host, { publicUrl, hostNames: ['pacs.example'] })).toBe(true);
});

it.each([
  'attacker.example',
  'viewer.hospital.example.attacker.example',
  'viewer.hospital.example@x.y',
  '1.2.3.4.nip.io',
  'a.b:c',
  '',
])('%j is not', (host) => {
  expect(isOwnHost(host, { publicUrl, hostNames: ['pacs.example'] })).toBe(host === '');
  expect(isOwnHost(host, { hostNames: [] })).toBe(true);
});
