import { type ConfigurationDocument } from '@pacs-connectors/config-core';
import { type ConnectorPlugin, ConnectorRegistry } from '@pacs-connectors/connector-core';
import { ServerConfiguration } from '../../boot/server-configuration.js';
import { BuiltManifests } from '../../manifest/built-manifests.service.js';
import { ManifestService } from '../../manifest/manifest.service.js';
import { Retrievals } from '../../retrieval/retrievals.service.js';
import { ConnectorWatches } from '../../watch/connector-watches.service.js';
import { checkArchive, type Samples } from './archive-check.js';

/**
 * Connects to every usable archive of a configuration, all at the same time.
 *
 * @returns the number of archives with an error; `stderr` says of each what was seen, in the order of the configuration
 */
export async function connectAll(
  document: ConfigurationDocument,
  plugins: readonly ConnectorPlugin[],
  samples: Samples,
  stderr: NodeJS.WritableStream,
): Promise<number> {
  const configuration = new ServerConfiguration(document);
  const registry = new ConnectorRegistry({ plugins, ...configuration.check(plugins) });
  const manifests = new ManifestService(
    registry,
    configuration,
    new Retrievals(configuration),
    new ConnectorWatches(registry, configuration),
    new BuiltManifests(),
  );
  const grants = configuration.global.oauth2.registrations;
  try {
    const checks = registry.connectors.map((connector) =>
      checkArchive(connector, { manifests, configuration: configuration.connector(connector.id), grants, samples }),
    );
    // Said as soon as it is known, in the order of the configuration.
    let failed = 0;
    for (const [index, connector] of registry.connectors.entries()) {
      const findings = await checks[index]!;
      for (const { verdict, what, text } of findings)
        stderr.write(`${verdict}: archive ${connector.id}: ${what}: ${text}\n`);
      if (findings.some(({ verdict }) => verdict === 'error')) failed++;
    }
    return failed;
  } finally {
    await registry.close();
  }
}
