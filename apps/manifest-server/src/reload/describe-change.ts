import { type Connector } from '@pacs-connectors/connector-core';

/** What became of the connectors, for the log: "new: a; made anew: b, c; gone: d". */
export function describeChange(before: readonly Connector[], after: readonly Connector[]): string {
  const earlier = new Map(before.map((connector) => [connector.id, connector]));
  const later = new Set(after.map(({ id }) => id));
  const changes = {
    new: after.filter(({ id }) => !earlier.has(id)),
    'made anew': after.filter((connector) => ![undefined, connector].includes(earlier.get(connector.id))),
    gone: before.filter(({ id }) => !later.has(id)),
  };
  const told = Object.entries(changes)
    .filter(([, connectors]) => connectors.length > 0)
    .map(([change, connectors]) => `${change}: ${connectors.map(({ id }) => id).join(', ')}`);
  return told.length > 0 ? told.join('; ') : 'every connector stays as it was';
}
