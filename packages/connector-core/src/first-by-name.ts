/** Returns items by name. If several have the same name, the first has it. */
export function firstByName<Item>(items: readonly Item[], nameOf: (item: Item) => string): Map<string, Item> {
  const byName = new Map<string, Item>();
  for (const item of items) {
    const name = nameOf(item);
    if (!byName.has(name)) byName.set(name, item);
  }
  return byName;
}
