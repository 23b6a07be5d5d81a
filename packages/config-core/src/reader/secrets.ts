const SECRET_PROPERTIES = new WeakMap<object, Set<string>>();

/** Marks a property whose value is encrypted in the file, so that it is never shown. */
export function markSecret(instance: object, property: string): void {
  const properties = SECRET_PROPERTIES.get(instance) ?? new Set();
  SECRET_PROPERTIES.set(instance, properties.add(property));
}

export function isMarkedSecret(instance: object, property: string): boolean {
  return SECRET_PROPERTIES.get(instance)?.has(property) ?? false;
}
