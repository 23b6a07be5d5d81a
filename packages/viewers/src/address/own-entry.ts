/** Returns the value of a key of the object itself, never of its prototype: archives may have any id. */
export function ownEntry<Value>(values: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(values, key) ? values[key] : undefined;
}
