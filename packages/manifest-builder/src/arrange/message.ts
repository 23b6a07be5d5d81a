import { codeOf, type ErrorCode, type Notice, withCode } from '@pacs-connectors/connector-core';
import { type MessageElement } from '../model/elements.js';
import { firstCharacters, linesRule, textRule } from '../model/value-rules.js';

const SEVERITIES = ['ERROR', 'WARN', 'INFO'] as const;
/** Lengths in characters that a viewer's dialog can show. */
const LONGEST_TITLE = 200;
const LONGEST_DESCRIPTION = 4000;
/** Longest text and longest code of a single notice, in characters. */
const LONGEST_LINE = 1000;
const LONGEST_CODE = 100;

/**
 * Joins notices to the one `Message` that an arcQuery may contain. It has the highest severity, and each notice once, the most
 * severe first.
 *
 * The titles are joined by semicolons. Each description has a line of its own, after its title if the titles differ, and ends
 * in the code of its notice in brackets. The title has at most 200 characters, the description 4,000. A last line counts the
 * notices that do not fit.
 *
 * @returns `undefined` if there are no notices.
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
    description: withCode(
      shortened(linesRule(notice.description) ?? '', LONGEST_LINE),
      writableCodeOf(notice),
    ).trimStart(),
    // An unknown severity becomes a warning, which is seen and raises no alarm.
    severity: SEVERITIES.includes(notice.severity) ? notice.severity : 'WARN',
  };
}

/** Returns the code of a notice. A code that no error table can contain counts as none. */
function writableCodeOf(notice: Notice): ErrorCode {
  const code = textRule(notice.code);
  const isWritable = code !== undefined && code === notice.code && code.length <= LONGEST_CODE;
  return codeOf(isWritable ? notice : { ...notice, code: undefined });
}

function distinct(messages: MessageElement[]): MessageElement[] {
  return [...new Map(messages.map((message) => [`${message.title}\n${message.description}`, message])).values()];
}

function shortened(text: string, length: number): string {
  const start = firstCharacters(text, length);
  return start === text ? text : `${firstCharacters(text, length - 1).trimEnd()}…`;
}

/** As many of `lines` as fit, and the number of those that do not. */
function fitting(lines: string[]): string {
  let text = '';
  for (const [index, line] of lines.entries()) {
    const longer = index === 0 ? line : `${text}\n${line}`;
    if (firstCharacters(longer, LONGEST_DESCRIPTION) !== longer) return `${text}\n… and ${lines.length - index} more.`;
    text = longer;
  }
  return text;
}
