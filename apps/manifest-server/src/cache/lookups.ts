/** How often a manifest was there, was being built already, had to be built. */
export interface Lookups {
  hit: number;
  wait: number;
  miss: number;
}

export function noLookups(): Lookups {
  return { hit: 0, wait: 0, miss: 0 };
}
