const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Returns the milliseconds of `30` (seconds), `30s`, `1.5s`, `500ms`, `2m` or `1h`; `undefined` for anything else. */
export function parseDuration(text: string): number | undefined {
  const parts = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)?$/i.exec(text.trim());
  return parts ? Math.round(Number(parts[1]) * UNITS[(parts[2] ?? 's').toLowerCase()]!) : undefined;
}

/** Returns the shortest text that {@link parseDuration} reads as `ms`. */
export function formatDuration(ms: number): string {
  const unit = ['h', 'm', 's'].find((name) => ms > 0 && ms % UNITS[name]! === 0) ?? 'ms';
  return `${ms / UNITS[unit]!}${unit}`;
}
