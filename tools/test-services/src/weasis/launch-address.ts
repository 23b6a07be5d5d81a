/** The parts of a launch address. */
export interface Launch {
  /** The keys of the first `weasis:config`. */
  config: LaunchConfig;
  /** The commands of the shell, in order, without `weasis:config`. */
  commands: ShellCommand[];
  /** Commands and keys that fail, each with the reason. */
  failures: string[];
}
export interface LaunchConfig {
  wcfg?: string;
  cdb?: string;
  auth?: string;
  arg: string[];
  pro: string[];
}
export interface ShellCommand {
  name: string;
  words: string[];
}

/**
 * Parses a `weasis:` address as Weasis does: decodes it once and splits it at each `$`. Only the first `weasis:config` counts.
 *
 * @throws URIError if the address is not URL-encoded; Weasis then opens nothing
 */
export function readLaunch(address: string): Launch {
  const launch: Launch = { config: { arg: [], pro: [] }, commands: [], failures: [] };
  const commands = decodeURIComponent(address.replaceAll('+', ' '))
    .split('$')
    .slice(1)
    .map((command) => command.trim());
  const config = commands.findIndex((command) => CONFIG.test(command));
  for (const [index, command] of commands.entries()) {
    if (index === config) readConfig(command.replace(CONFIG, ''), launch);
    else if (CONFIG.test(command)) launch.failures.push('weasis:config: only the first one counts');
    else readCommand(command, launch);
  }
  return launch;
}

const CONFIG = /^weasis:config(?=\s|$)/;
/** A word: characters without a blank outside quotes. */
const WORD = /(?:[^\s"']|"[^"]*"|'[^']*')+/g;
const QUOTED = /"([^"]*)"|'([^']*)'/g;

function readConfig(text: string, { config, failures }: Launch): void {
  const pairs = [...text.matchAll(WORD)].map(([word]) => {
    const cut = word.indexOf('=');
    return cut < 0 ? ([word, ''] as const) : ([word.slice(0, cut), unquote(word.slice(cut + 1))] as const);
  });
  const remote = pairs.some(([key]) => key === 'wcfg');
  for (const [key, given] of pairs) {
    const value = remote ? given.replace(/[&+]/g, '') : given;
    if (key === 'pro' || key === 'arg') config[key].push(value);
    else if (key === 'wcfg' || key === 'cdb' || key === 'auth') config[key] = value;
    else failures.push(`weasis:config: unknown key ${key}`);
  }
}

/** Parses one line as Weasis's shell: single quotes are literal, `%` elsewhere fails, unquoted `&` and `;` end the command. */
function readCommand(line: string, { commands, failures }: Launch): void {
  const name = /^\S*/.exec(line)?.[0] ?? '';
  const spans = line.match(/'[^']*'|"[^"]*"|[^'"]+|['"]/g) ?? [];
  let command = '';
  for (const span of spans) {
    if (span.startsWith("'") && span.length > 1) {
      command += span;
      continue;
    }
    if (span === '"' || span === "'") return void failures.push(`${name}: a quote without its end`);
    const end = span.startsWith('"') ? -1 : span.search(/[&;]/);
    const kept = end < 0 ? span : span.slice(0, end);
    if (kept.includes('%')) return void failures.push(`${name}: % outside single quotes`);
    command += kept;
    if (end >= 0) break;
  }
  const [first, ...words] = [...command.matchAll(WORD)].map(([word]) => unquote(word));
  if (first !== undefined) commands.push({ name: first, words });
}

function unquote(word: string): string {
  return word.replace(QUOTED, (_, double?: string, single?: string) => double ?? single ?? '');
}
