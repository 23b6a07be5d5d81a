/** Returns a key in lower case without `-` and `_`, so that `compressionRate` equals `compression-rate`. */
export function relax(name: string): string {
  return name.replace(/[-_]/g, '').toLowerCase();
}

/** Returns the usual spellings of a key: first as declared, then `kebab-case`, `camelCase`, `snake_case`. */
export function spellings(name: string): string[] {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1-$2')
    .split(/[-_]/)
    .filter((word) => word !== '');
  const lower = words.map((word) => word.toLowerCase());
  const camel = lower.map((word, index) => (index === 0 ? word : word[0]!.toUpperCase() + word.slice(1))).join('');
  return [...new Set([name, lower.join('-'), camel, lower.join('_')])];
}
