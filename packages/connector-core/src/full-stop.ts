/** Returns a text that ends in a full stop, so that another sentence can follow. */
export function withFullStop(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
