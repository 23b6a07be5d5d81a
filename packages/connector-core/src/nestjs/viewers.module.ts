import { Global, Module, SetMetadata } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { type Viewer, ViewerRegistry } from '../viewer.js';
import { discover } from './discover.js';

/** The same in each copy of this package: a viewer's package may have its own. */
const VIEWER = 'pacs-connectors:viewer';

/** Marks a provider as a {@link Viewer}. The application finds every such provider by discovery, in any module. */
export const ViewerProvider = (): ClassDecorator => SetMetadata(VIEWER, true);

/** Provides the {@link ViewerRegistry} with every viewer of the application. */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [
    {
      provide: ViewerRegistry,
      inject: [DiscoveryService],
      useFactory: async (discovery: DiscoveryService) => new ViewerRegistry(await discoverViewers(discovery)),
    },
  ],
  exports: [ViewerRegistry],
})
export class ViewerRegistryModule {}

/** Returns every viewer of the application. */
export function discoverViewers(discovery: DiscoveryService): Promise<Viewer[]> {
  return discover<Viewer>(discovery, VIEWER);
}
