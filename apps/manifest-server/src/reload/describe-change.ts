import { isDeepStrictEqual } from 'node:util';
import {
  type ConnectorConfiguration,
  GlobalConfiguration,
  settingsOf,
  type SettingsClass,
} from '@pacs-connectors/config-core';
import { type Connector } from '@pacs-connectors/connector-core';

/** What a configuration makes of the server. */
export interface InForce {
  connectors: readonly { connector: Connector; configuration: ConnectorConfiguration }[];
  global: GlobalConfiguration;
}

/** What has changed, for the log, without values: "new: a; made anew: b, c; gone: d; changed keys: hosts, logging". */
export function describeChange(before: InForce, after: InForce): string {
  const earlier = new Map(before.connectors.map((one) => [one.connector.id, one]));
  const later = new Set(after.connectors.map(({ connector }) => connector.id));
  const ids = (connectors: InForce['connectors']) => connectors.map(({ connector }) => connector.id);
  const stays = ({ connector }: InForce['connectors'][number]) => earlier.get(connector.id)?.connector === connector;
  const changes = {
    new: ids(after.connectors.filter(({ connector }) => !earlier.has(connector.id))),
    'made anew': ids(after.connectors.filter((one) => earlier.has(one.connector.id) && !stays(one))),
    gone: ids(before.connectors.filter(({ connector }) => !later.has(connector.id))),
    'only its manifest or deadline changed': ids(
      after.connectors.filter(
        (one) => stays(one) && !isDeepStrictEqual(earlier.get(one.connector.id)?.configuration, one.configuration),
      ),
    ),
    'changed keys': changedKeys(GlobalConfiguration, before.global, after.global),
  };
  const told = Object.entries(changes)
    .filter(([, names]) => names.length > 0)
    .map(([change, names]) => `${change}: ${names.join(', ')}`);
  return told.length > 0 ? told.join('; ') : 'no setting has changed';
}

/** The keys right below the top whose settings differ; of `connector` each of its own. */
function changedKeys(type: SettingsClass, before: unknown, after: unknown): string[] {
  return [...settingsOf(type)].flatMap(([property, { paths, type: nested }]) => {
    const [one, other] = [before, after].map((of) => (of as Record<string, unknown>)[property]);
    if (isDeepStrictEqual(one, other)) return [];
    const [path = ''] = paths;
    return path === '' && nested ? changedKeys(nested(), one, other) : [path];
  });
}
