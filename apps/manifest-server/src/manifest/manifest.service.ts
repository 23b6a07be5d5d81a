import { Injectable } from '@nestjs/common';
import { ConnectorRegistry, type SearchCriteria } from '@pacs-connectors/connector-core';
import { type Manifest } from '@pacs-connectors/manifest-builder';

/** Asks the archives and joins their answers. */
@Injectable()
export class ManifestService {
  constructor(private readonly registry: ConnectorRegistry) {}

  async build(criteria: SearchCriteria): Promise<Manifest> {
    const signal = AbortSignal.timeout(30_000);
    const arcQueries = await Promise.all(
      this.registry.select().map(async (connector) => {
        const { patients } = await connector.search(criteria, { signal, depth: 'instance' });
        return { arcId: connector.id, baseUrl: '', patients };
      }),
    );
    return { arcQueries };
  }
}
