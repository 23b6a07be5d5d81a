import { type DiscoveryService } from '@nestjs/core';
import { STATIC_CONTEXT } from '@nestjs/core/injector/constants.js';

/** Returns every provider of the application whose class has this metadata, in any module, once its dependencies exist. */
export async function discover<Provider>(discovery: DiscoveryService, metadata: string): Promise<Provider[]> {
  const wrappers = discovery
    .getProviders()
    .filter(({ metatype }) => typeof metatype === 'function' && Reflect.hasOwnMetadata(metadata, metatype));
  // Until its own dependencies are there, a provider is an empty object of its class.
  await Promise.all(wrappers.map((wrapper) => wrapper.getInstanceByContextId(STATIC_CONTEXT).donePromise));
  return wrappers.map((wrapper) => wrapper.instance as Provider);
}
