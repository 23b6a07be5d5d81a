import { type ConfigurationDocument } from '@pacs-connectors/config-core';
import { type ConnectorPlugin, ConnectorRegistry } from '@pacs-connectors/connector-core';
import { ServerConfiguration } from '../../boot/server-configuration.js';
import { BuiltManifests } from '../../manifest/built-manifests.service.js';
import { ManifestService } from '../../manifest/manifest.service.js';
import { Retrievals } from '../../retrieval/retrievals.service.js';
import { ConnectorWatches } from '../../watch/connector-watches.service.js';
import { checkArchive, type Finding, isNamed, type Samples } from './archive-check.js';

/** The ids of the archives that work, that were not tried completely, and that have an error. */
export type CheckedArchives = Record<'working' | 'untried' | 'failed', string[]>;

/**
 * Connects to all usable archives of a configuration at the same time, and writes the result of each to `stderr`, in the order of the
 * configuration. A named sample must be in one of them; the others are not tried.
 *
 * @returns the archives by their results
 */
export async function connectAll(
  document: ConfigurationDocument,
  plugins: readonly ConnectorPlugin[],
  samples: Samples,
  stderr: NodeJS.WritableStream,
): Promise<CheckedArchives> {
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
    // A named sample is missing only if no archive has it. All other results are written as soon as they are known.
    const isFound = isNamed(samples) && (await Promise.all(checks)).some(foundSample);
    const archives: CheckedArchives = { working: [], untried: [], failed: [] };
    for (const [index, connector] of registry.connectors.entries()) {
      const findings = (await checks[index]!).map((finding) => (isFound ? asNotTried(finding) : finding));
      for (const { outcome, what, text } of findings)
        stderr.write(`${outcome}: archive ${connector.id}: ${what}: ${text}\n`);
      const has = (wanted: Finding['outcome']) => findings.some(({ outcome }) => outcome === wanted);
      archives[has('error') ? 'failed' : has('not tried') ? 'untried' : 'working'].push(connector.id);
    }
    return archives;
  } finally {
    await registry.close();
  }
}

function foundSample(findings: readonly Finding[]): boolean {
  return findings.some(({ what, outcome }) => what === 'search' && outcome === 'ok');
}

/** Turns a missing sample into something that was not tried, since another archive has the sample. */
function asNotTried(finding: Finding): Finding {
  if (!finding.lacksSample) return finding;
  const text =
    'this archive does not have the sample; another archive has it. To try this one, name a study of it too.';
  return { ...finding, outcome: 'not tried', text };
}
