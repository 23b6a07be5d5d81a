import { LaunchError } from '@pacs-connectors/connector-core';
import { codes } from '../address/error-codes.js';

/**
 * Names of the preferences that any link may set. None of them makes Weasis load code or configuration. A name without a dot is a
 * preference of a site's own launch configuration: every property of Weasis's launcher has a dot.
 */
const PREFERENCES = [
  'download.*',
  'flatlaf.*',
  'locale.*',
  'weasis.aet',
  'weasis.apply.*',
  'weasis.color.*',
  'weasis.confirm.*',
  'weasis.contextmenu.*',
  'weasis.dicom.*',
  'weasis.download.*',
  'weasis.export.*',
  'weasis.import.*',
  'weasis.language',
  'weasis.level.*',
  'weasis.show.*',
  'weasis.theme',
  'weasis.toolbar.*',
];

/** Names that no configuration allows: by them, the launcher and Java load code or configuration from an address. */
const NEVER =
  /^(?:felix|org|com|java|javax|jdk|sun|gosh|bundle|maven|http|https|weasis\.(?:codebase|config|i18n|pref|profile|resources|update|min))(?:\.|$)|url/i;

/**
 * Checks the properties (`pro`) of a caller by their names.
 *
 * @param properties each is `name value`
 * @param allowed further names (`weasis.allow.pro-names`). `a.*` allows all names that begin with `a.`.
 * @throws LaunchError (`viewer.parameter.disabled`)
 */
export function checkProperties(properties: readonly string[], allowed: readonly string[]): void {
  const names = [...PREFERENCES, ...allowed];
  for (const property of properties) {
    const [name = ''] = /^[\w-]+(?:\.[\w-]+)*(?= |$)/.exec(property) ?? [];
    if (name !== '' && !NEVER.test(name) && (!name.includes('.') || names.some((one) => matches(name, one)))) continue;
    throw new LaunchError(
      'pro',
      'has a property that callers may not set on this server (weasis.allow.pro-names). Leave it out',
      codes['viewer.parameter.disabled'],
    );
  }
}

function matches(name: string, allowed: string): boolean {
  return allowed.endsWith('.*') ? name.startsWith(allowed.slice(0, -1)) : name === allowed;
}
