import { expect, it } from '@jest/globals';
import { checkProperties } from './weasis-properties.js';

it.each([
  'locale.lang.code fr_CH',
  'weasis.theme dark',
  'weasis.export.dicom false',
  'x 100%',
  'option',
  'my.option a b',
])('a caller may set %j', (property) => expect(() => checkProperties([property], ['my.*'])).not.toThrow());

it.each([
  'felix.auto.start.99 http://attacker.example/x.jar',
  'FELIX.auto.start.1 x',
  'org.osgi.framework.system.packages.extra x',
  'java.library.path /x',
  'weasis.codebase.url http://attacker.example',
  'weasis.pref.url x',
  'weasis.i18n x',
  'weasis.config.url x',
  'weasis.import.url x',
  'other.option x',
  ' weasis.theme dark',
  '"weasis.theme dark',
  'weasis.theme=dark',
  'weasis.theme\u00a0dark',
  'locale..x y',
  'мой.x y',
])('a caller may not set %j', (property) => {
  expect(() => checkProperties(['weasis.theme dark', property], ['my.*'])).toThrow('weasis.allow.pro-names');
});

it('a site cannot allow the names of the launcher', () => {
  for (const name of ['felix.log.level', 'weasis.codebase.ext.url', 'org.apache.x'])
    expect(() => checkProperties([`${name} x`], ['felix.*', 'weasis.*', 'org.*', name])).toThrow();
});
