import { isDeepStrictEqual } from 'node:util';
import { CacheSettings, type GlobalConfiguration, settingsOf } from '@pacs-connectors/config-core';
import { type ServerOptions } from '../boot/options.js';

type Read = (global: GlobalConfiguration, options: ServerOptions) => unknown;

/** Keys that the server reads only at startup: the listener, the plug-ins, and the stores of manifests and instances. */
const FIXED: Record<string, Read> = {
  'connector.plugins': ({ plugins }) => plugins,
  'server.port': ({ server }, { port }) => port ?? server.port,
  'server.address': ({ server }, { host }) => host ?? server.address,
  'server.context-path': ({ server }, { contextPath }) => contextPath ?? server.contextPath,
  'gateway.cache': ({ gateway }) => gateway.cache,
  ...Object.fromEntries(
    [...settingsOf(CacheSettings)].map(([property, { paths }]): [string, Read] => [
      `cache.${paths[0]}`,
      ({ cache }) => cache[property as keyof CacheSettings],
    ]),
  ),
};

/**
 * Returns the keys that need a restart and whose value has changed since startup. Keys that the environment or a flag overrides
 * are not among them.
 */
export function changedFixedKeys(
  started: GlobalConfiguration,
  wanted: GlobalConfiguration,
  options: ServerOptions,
): string[] {
  return Object.entries(FIXED)
    .filter(([, read]) => !isDeepStrictEqual(read(started, options), read(wanted, options)))
    .map(([key]) => key);
}
