/** Number of lookups that found a manifest ready (hit), being built (wait) or missing (miss). */
export interface Lookups {
  hit: number;
  wait: number;
  miss: number;
}

export function noLookups(): Lookups {
  return { hit: 0, wait: 0, miss: 0 };
}
