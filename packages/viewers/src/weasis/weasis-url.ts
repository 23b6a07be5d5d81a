import { LaunchError } from '@pacs-connectors/connector-core';
import { checkLength } from '../address/address-length.js';
import { rejectWildcards } from '../address/wildcards.js';
import { codes } from '../address/error-codes.js';

/** The parts of Weasis's launch command (`weasis.command.*`). */
export interface WeasisCommand {
  protocol: string;
  /** What is between the scheme and the commands: nothing, or `?` for callers that want a URL with a query. */
  context: string;
  /** What precedes the address of the launch configuration: `$weasis:config wcfg=`. */
  config: string;
  /** What precedes the address of the manifest: `$dicom:get -w`. */
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
  /** Addresses of the manifest's parts, which Weasis opens one after the other; one address for a whole manifest. */
  manifestUrls: readonly string[];
  /** Weasis searches this archive itself by DICOMweb, and opens no manifest. */
  dicomWeb?: WeasisDicomWeb;
  /** `arg`: commands of the caller, instead of the one that opens the manifest. They are passed unchanged. */
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

/** The archive that Weasis searches itself by QIDO-RS, and what it searches for. */
export interface WeasisDicomWeb {
  /** Base URL of the DICOMweb service. */
  baseUrl: string;
  /**
   * The search, names and plain values in order: `patientID` (`id` or `id^^^issuer`), `studyUID`, `accessionNumber`,
   * `seriesUID`.
   */
  query: readonly (readonly [string, string])[];
  /** The token that Weasis sends with each request. */
  bearerToken?: string;
  /** OpenID provider at which Weasis logs in itself; then the address contains no token. */
  oidcIssuer?: string;
}

/**
 * Returns the `weasis://` address that opens a manifest in Weasis.
 *
 * Everything but {@link WeasisLaunch.commands} is a value. A value stays inside its quotes, so it cannot add a command.
 *
 * @throws LaunchError if a value cannot be quoted safely (`viewer.address.value-unusable`), an identifier has wildcards
 *   (`viewer.identifier.wildcard`), or the address is too long (`viewer.address.too-long`).
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
 * Returns a value in the form that Weasis reads in `-r`. Weasis percent-encodes a patient id itself. It copies an issuer after
 * `^^^` and all other values into its query unchanged.
 *
 * @throws LaunchError for a patient id that would be cut, and for wildcards: another patient's images would be shown.
 */
function queryValue(name: string, value: string): string {
  rejectWildcards(name, value, 'Launch a manifest.');
  if (name !== 'patientID') return encodeValue(value);
  const [id = '', issuer] = value.split('^^^', 2);
  if (/[&=]/.test(id))
    throw new LaunchError(
      name,
      'contains & or =, which launch=rs cannot pass to Weasis. Launch a manifest',
      codes['viewer.address.value-unusable'],
    );
  return issuer === undefined ? id : `${id}^^^${encodeValue(issuer)}`;
}

/** Returns the one `$weasis:config` of the launch: Weasis reads only the first one. */
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
      throw new LaunchError(
        name,
        'contains & or +, which Weasis loses in the address of a launch configuration. Remove them',
        codes['viewer.address.value-unusable'],
      );
  const query = values.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  const separator = query === '' ? '' : launchConfigurationUrl.includes('?') ? '&' : '?';
  // A server that ignores these parameters returns a configuration without the properties, so Weasis gets them here too.
  return [[command.config + doubleQuote('config', launchConfigurationUrl + separator + query), ...own].join(' ')];
}

/**
 * Returns a value in the quotes that keep it whole in Weasis's command line: double quotes, or single ones for a value with `%`
 * or `"`. Weasis begins a command at each `$`, and no escape works everywhere in its command line.
 *
 * @throws LaunchError if the value is not safe in either quotes.
 */
function quote(parameter: string, value: string): string {
  const single = /["%]/.test(value);
  if (UNQUOTABLE.test(value) || (single && value.includes("'"))) throw unquotable(parameter, `' beside " or %`);
  return single ? `'${value}'` : `"${value}"`;
}

/** Does the same for `$weasis:config`, which knows only double quotes. A `%` is harmless there. */
function doubleQuote(parameter: string, value: string): string {
  if (UNQUOTABLE.test(value) || value.includes('"')) throw unquotable(parameter, '"');
  return `"${value}"`;
}

// eslint-disable-next-line no-control-regex -- finds control characters
const UNQUOTABLE = /[$`\\\u0000-\u001f\u007f]/;

function unquotable(parameter: string, quotes: string): LaunchError {
  const characters = `$, \`, \\, a control character, or ${quotes}`;
  return new LaunchError(
    parameter,
    `contains a character that a Weasis command cannot contain (${characters}). Remove it`,
    codes['viewer.address.value-unusable'],
  );
}

/** Returns what each parameter adds to the address, in characters. */
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

/** Percent-encodes a value, single quotes included. */
function encodeValue(value: string): string {
  return encodeURIComponent(value).replaceAll("'", '%27');
}

/** Percent-encodes commands, with `+` for a space as in Weasis's documentation. */
function encodeCommand(text: string): string {
  return encodeURIComponent(text)
    .replace(/%20/g, '+')
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
