import { isDeepStrictEqual } from 'node:util';
import {
  type ConnectorConfiguration,
  type GlobalConfiguration,
  settingsOf,
  type SettingsClass,
} from '@pacs-connectors/config-core';
import { type Connector } from '@pacs-connectors/connector-core';

/** A configuration and the connectors that it has. */
export interface ConfigurationInUse {
  connectors: readonly { connector: Connector; configuration: ConnectorConfiguration }[];
  global: GlobalConfiguration;
}

/** Describes a change for the log, without values: "added: a; replaced: b, c; removed: d; changed keys: hosts, logging". */
export function describeChange(before: ConfigurationInUse, after: ConfigurationInUse): string {
  const earlier = new Map(before.connectors.map((one) => [one.connector.id, one]));
  const later = new Set(after.connectors.map(({ connector }) => connector.id));
  const ids = (connectors: ConfigurationInUse['connectors']) => connectors.map(({ connector }) => connector.id);
  const stays = ({ connector }: ConfigurationInUse['connectors'][number]) =>
    earlier.get(connector.id)?.connector === connector;
  const changes = {
    added: ids(after.connectors.filter(({ connector }) => !earlier.has(connector.id))),
    replaced: ids(after.connectors.filter((one) => earlier.has(one.connector.id) && !stays(one))),
    removed: ids(before.connectors.filter(({ connector }) => !later.has(connector.id))),
    'only manifest or deadline changed': ids(
      after.connectors.filter(
        (one) => stays(one) && !isDeepStrictEqual(earlier.get(one.connector.id)?.configuration, one.configuration),
      ),
    ),
    // Its class has the keys of the installed viewers too.
    'changed keys': changedKeys(after.global.constructor as SettingsClass, before.global, after.global),
  };
  const parts = Object.entries(changes)
    .filter(([, names]) => names.length > 0)
    .map(([change, names]) => `${change}: ${names.join(', ')}`);
  return parts.length > 0 ? parts.join('; ') : 'no setting has changed';
}

/** Returns the top-level keys whose settings differ, and those of `connector`. */
function changedKeys(type: SettingsClass, before: unknown, after: unknown): string[] {
  return [...settingsOf(type)].flatMap(([property, { paths, type: nested }]) => {
    const [one, other] = [before, after].map((of) => (of as Record<string, unknown>)[property]);
    if (isDeepStrictEqual(one, other)) return [];
    const [path = ''] = paths;
    return path === '' && nested ? changedKeys(nested(), one, other) : [path];
  });
}
