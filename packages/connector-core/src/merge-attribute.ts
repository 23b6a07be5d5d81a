/**
 * Merges one attribute of two nodes with the same UID into `node`. It sets a missing value. Of two different values it keeps the
 * longer one, or the one that sorts first if both are equally long, so that the order of the nodes does not matter.
 */
export function mergeAttribute<Node extends object>(node: Node, other: Partial<Node>, name: keyof Node): void {
  const value = other[name];
  const known = node[name];
  if (value === undefined || value === known) return;
  if (known === undefined || isPreferred(String(value), String(known))) node[name] = value as Node[typeof name];
}

function isPreferred(text: string, other: string): boolean {
  return text.length > other.length || (text.length === other.length && text < other);
}
