import { type Notice } from '@pacs-connectors/connector-core';
import { type MessageElement } from '../model/elements.js';
import { firstCharacters, linesRule, textRule } from '../model/value-rules.js';

const SEVERITIES = ['ERROR', 'WARN', 'INFO'] as const;
/** Lengths in characters that a viewer's dialog can show. */
const LONGEST_TITLE = 200;
const LONGEST_DESCRIPTION = 4000;
/** A single notice's share. */
const LONGEST_LINE = 1000;

/**
 * Several notices as the one `Message` that an arcQuery may hold: of the highest severity, the most severe first, each
 * notice once. The titles are joined by semicolons; the descriptions stand on lines of their own, behind their title where
 * the titles differ. At most 200 characters of title and 4,000 of description; what does not fit is counted in a last line.
 *
 * @returns `undefined` where there is nothing to say.
 */
export function messageOf(notices: readonly Notice[]): MessageElement | undefined {
  const messages = distinct(notices.map(messageOfOne)).sort(
    (a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity),
  );
  const [first] = messages;
  if (!first || messages.length === 1) return first;
  const titles = [...new Set(messages.map((message) => message.title))];
  const lines = messages.map(({ title, description }) =>
    titles.length === 1 || title === '' ? description : `${title}: ${description}`,
  );
  return {
    title: shortened(titles.filter((title) => title !== '').join('; '), LONGEST_TITLE),
    description: fitting(lines),
    severity: first.severity,
  };
}

function messageOfOne(notice: Notice): MessageElement {
  return {
    title: shortened(textRule(notice.title) ?? '', LONGEST_TITLE),
    description: shortened(linesRule(notice.description) ?? '', LONGEST_LINE),
    // A severity that nobody knows is a warning: seen, and no alarm.
    severity: SEVERITIES.includes(notice.severity) ? notice.severity : 'WARN',
  };
}

function distinct(messages: MessageElement[]): MessageElement[] {
  return [...new Map(messages.map((message) => [`${message.title}\n${message.description}`, message])).values()];
}

function shortened(text: string, length: number): string {
  const start = firstCharacters(text, length);
  return start === text ? text : `${firstCharacters(text, length - 1).trimEnd()}…`;
}

/** As many of `lines` as fit, and how many are left. */
function fitting(lines: string[]): string {
  let text = '';
  for (const [index, line] of lines.entries()) {
    const longer = index === 0 ? line : `${text}\n${line}`;
    if (firstCharacters(longer, LONGEST_DESCRIPTION) !== longer) return `${text}\n… and ${lines.length - index} more.`;
    text = longer;
  }
  return text;
}
