import { checkLength } from './address-length.js';
import { LaunchError } from './launch-error.js';
import { refuseWildcards } from './wildcards.js';

/** The parts of Weasis's launch command (`weasis.command.*`). */
export interface WeasisCommand {
  protocol: string;
  /** Comes between the scheme and the commands: nothing, or `?` for callers that want a URL with a query. */
  context: string;
  /** Comes before the launch configuration's address: `$weasis:config wcfg=`. */
  config: string;
  /** Comes before the manifest's address: `$dicom:get -w`. */
  get: string;
}

export const WEASIS_COMMAND: WeasisCommand = {
  protocol: 'weasis://',
  context: '',
  config: '$weasis:config wcfg=',
  get: '$dicom:get -w',
};

export interface WeasisLaunch {
  command: WeasisCommand;
  /** Where the manifest is fetched from; several: its parts, which Weasis opens one after the other. */
  manifestUrls: readonly string[];
  /** Asks the archive itself by DICOMweb, instead of a manifest. */
  dicomWeb?: WeasisDicomWeb;
  /** `arg`: commands of the caller, in place of the one that opens the manifest. They are passed on as they are. */
  commands?: readonly string[];
  /** `wcfg`: where Weasis fetches its launch configuration from. */
  launchConfigurationUrl?: string;
  /** `pro`: `key value` pairs, Weasis's preferences. */
  properties?: readonly string[];
  user?: string;
  host?: string;
  client?: string;
  /** `config`: name of a launch configuration. */
  config?: string;
}

/** Weasis's direct form: it asks QIDO-RS by itself. */
export interface WeasisDicomWeb {
  /** Base URL of the DICOMweb service. */
  baseUrl: string;
  /**
   * The question, name and plain value in order: `patientID` (`id` or `id^^^issuer`), `studyUID`, `accessionNumber`,
   * `seriesUID`.
   */
  query: readonly (readonly [string, string])[];
  /** Sent with each of its requests. */
  bearerToken?: string;
  /** OpenID provider that Weasis logs in at by itself; then no token is in the address. */
  oidcIssuer?: string;
}

/**
 * Returns the `weasis://` address that opens a manifest in Weasis.
 *
 * Everything but {@link WeasisLaunch.commands} is a value: it stays inside its quotes, whatever it holds, and can add no
 * command.
 *
 * @throws LaunchError where a value cannot be quoted safely, or the address is longer than Windows hands over.
 */
export function weasisUrl(launch: WeasisLaunch): string {
  const { command } = launch;
  const commands = [...openCommands(launch), ...configurationCommand(launch)].join(' ');
  const url = command.protocol + command.context + encodeCommand(commands);
  checkLength(url, lengthsOf(launch));
  return url;
}

function openCommands({ command, manifestUrls, dicomWeb, commands }: WeasisLaunch): string[] {
  if (commands && commands.length > 0) return [...commands];
  if (!dicomWeb) return manifestUrls.map((url) => `${command.get} ${quote('manifest', url)}`);
  const { baseUrl, query, bearerToken, oidcIssuer } = dicomWeb;
  const words = ['$dicom:rs', '--url', quote('archive', baseUrl)];
  for (const [name, value] of query) words.push('-r', quote(name, `${name}=${queryValue(name, value)}`));
  if (bearerToken) words.push('-H', quote('access_token', `Authorization: Bearer ${bearerToken}`));
  if (oidcIssuer) words.push('--oidc-iss', quote('archive', oidcIssuer));
  return [words.join(' ')];
}

/**
 * A value as Weasis wants it in `-r`. Weasis percent-encodes a patient id itself, and copies an issuer behind `^^^` and all
 * other values into its question as they are.
 *
 * @throws LaunchError for a patient id that would be cut, and for wildcards: another patient's images would be shown.
 */
function queryValue(name: string, value: string): string {
  refuseWildcards(name, value, 'launch a manifest');
  if (name !== 'patientID') return encodeValue(value);
  const [id = '', issuer] = value.split('^^^', 2);
  if (/[&=]/.test(id))
    throw new LaunchError(name, `${name} holds & or =, which launch=rs cannot carry; launch a manifest`);
  return issuer === undefined ? id : `${id}^^^${encodeValue(issuer)}`;
}

/** Weasis reads the first `$weasis:config` only, so everything is in one. */
function configurationCommand({
  command,
  launchConfigurationUrl,
  properties = [],
  user,
  host,
  client,
  config,
}: WeasisLaunch): string[] {
  const own = properties.map((property) => `pro=${doubleQuote('pro', property)}`);
  if (launchConfigurationUrl === undefined) return own.length === 0 ? [] : [`$weasis:config ${own.join(' ')}`];
  const named = Object.entries({ user, host, client, config }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const values = [...properties.map((property) => ['pro', property] as const), ...named];
  for (const [name, value] of values)
    if (/[&+]/.test(value))
      throw new LaunchError(name, `${name} holds & or +, which Weasis loses in the address of a launch configuration`);
  const query = values.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  const separator = query === '' ? '' : launchConfigurationUrl.includes('?') ? '&' : '?';
  // The server of the launch configuration fills properties into it; Weasis takes those beside it without that.
  return [[command.config + doubleQuote('config', launchConfigurationUrl + separator + query), ...own].join(' ')];
}

/**
 * A value in the quotes that keep it whole in Weasis's command line: double ones, or single ones for a value with `%` or
 * `"`. Weasis begins a command at each `$`, and its command line knows no escape that holds everywhere, so a value that
 * neither quotes can carry is refused.
 */
function quote(parameter: string, value: string): string {
  const single = /["%]/.test(value);
  if (UNQUOTABLE.test(value) || (single && value.includes("'"))) throw unquotable(parameter, `' beside " or %`);
  return single ? `'${value}'` : `"${value}"`;
}

/** The same for `$weasis:config`, which no command line reads: it knows double quotes only, and a `%` is harmless. */
function doubleQuote(parameter: string, value: string): string {
  if (UNQUOTABLE.test(value) || value.includes('"')) throw unquotable(parameter, '"');
  return `"${value}"`;
}

// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const UNQUOTABLE = /[$`\\\u0000-\u001f\u007f]/;

function unquotable(parameter: string, quotes: string): LaunchError {
  const characters = `$ \` \\ or a control character, or ${quotes}`;
  return new LaunchError(
    parameter,
    `${parameter} holds a character that a Weasis command cannot carry (${characters})`,
  );
}

/** What each parameter adds to the address, characters. */
function lengthsOf({ commands, properties, user, host, client, config, dicomWeb }: WeasisLaunch) {
  const [[identifier] = ['launch']] = dicomWeb?.query ?? [];
  const values: [string, readonly (string | undefined)[]][] = [
    ['access_token', [dicomWeb?.bearerToken]],
    [identifier, dicomWeb?.query.map(([, value]) => value) ?? []],
    ['arg', commands ?? []],
    ['pro', properties ?? []],
    ...Object.entries({ user, host, client, config }).map(([name, value]): [string, (string | undefined)[]] => [
      name,
      [value],
    ]),
  ];
  return values.map(([name, texts]) => [name, encodeCommand(texts.join(' ')).length] as const);
}

/** Percent-encoding without a quote in it. */
function encodeValue(value: string): string {
  return encodeURIComponent(value).replaceAll("'", '%27');
}

/** Percent-encoding with a space as `+`, as Weasis's documentation writes its addresses. */
function encodeCommand(text: string): string {
  return encodeURIComponent(text)
    .replace(/%20/g, '+')
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
