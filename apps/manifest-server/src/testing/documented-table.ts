import { readFile, writeFile } from 'node:fs/promises';
import { WEASIS_RELEASES } from '@pacs-connectors/test-services';

/** The heads of columns, one for each release of Weasis. */
export const WEASIS_COLUMNS = WEASIS_RELEASES.map((release) => (release === 'newest' ? 'after 4.7.2' : release));

/** Writes the tables into the pages instead of comparing them. */
const WRITES = process.env['WRITE_TABLES'] !== undefined;

/**
 * Compares a table of a documentation page with the one that a test has measured. It is between the lines `<!-- NAME -->` and
 * `<!-- end of NAME -->`.
 *
 * @throws Error with the remedy where they differ.
 */
export async function keepTable(page: URL, name: string, rows: readonly (readonly string[])[]): Promise<void> {
  const text = await readFile(page, 'utf8');
  const [start, end] = [`<!-- ${name} -->\n`, `<!-- end of ${name} -->`];
  const [before, rest] = text.split(start);
  const [current, after] = rest?.split(end) ?? [];
  if (before === undefined || current === undefined || after === undefined)
    throw new Error(`${page.pathname} has no lines ${start.trim()} and ${end}`);
  const table = `\n${markdownTable(rows)}\n`;
  if (current === table) return;
  if (!WRITES)
    throw new Error(
      `The table ${name} in ${page.pathname} is not what was measured. Run this test with WRITE_TABLES=1, and read what changed:\n${table}`,
    );
  await writeFile(page, before + start + table + end + after);
}

/** A table as Prettier formats it; the first row is the head. */
function markdownTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  const padded = rows.map((row) => line(row.map((cell, column) => cell.padEnd(widths[column] ?? 0))));
  const rule = line(widths.map((width) => '-'.repeat(width)));
  return [padded[0], rule, ...padded.slice(1)].join('');
}
