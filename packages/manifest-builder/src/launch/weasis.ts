import { LaunchError } from './launch-error.js';

/** The parts of Weasis's launch command (`weasis.command.*`). */
export interface WeasisCommand {
  protocol: string;
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
  /** Where the manifest is fetched from. */
  manifestUrl: string;
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
  /** The question, name and value pairs in order: `patientID`, `studyUID`, `accessionNumber`, `seriesUID`. */
  query: readonly (readonly [string, string])[];
  /** Sent with each of its requests. */
  bearerToken?: string;
}

/**
 * The `weasis://` address that opens a manifest in Weasis.
 *
 * Everything but {@link WeasisLaunch.commands} is a value: it stays inside its quotes, whatever it holds, and can add no
 * command.
 *
 * @throws LaunchError where a value cannot be quoted safely.
 */
export function weasisUrl(launch: WeasisLaunch): string {
  const { command } = launch;
  const commands = [...openCommands(launch), ...configurationCommands(launch)].join(' ');
  return command.protocol + command.context + encodeCommand(commands);
}

function openCommands({ command, manifestUrl, dicomWeb, commands }: WeasisLaunch): string[] {
  if (commands && commands.length > 0) return [...commands];
  if (!dicomWeb) return [`${command.get} ${quote('manifest', manifestUrl)}`];
  const { baseUrl, query, bearerToken } = dicomWeb;
  const question = query.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  const header = bearerToken ? ` -H ${quote('access_token', `Authorization: Bearer ${bearerToken}`)}` : '';
  return [`$dicom:rs --url ${quote('archive', baseUrl)} -r ${quote('query', question)}${header}`];
}

function configurationCommands({
  command,
  launchConfigurationUrl,
  properties = [],
  user,
  host,
  client,
  config,
}: WeasisLaunch): string[] {
  const named = Object.entries({ user, host, client, config }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  if (launchConfigurationUrl === undefined) {
    return properties.map((property) => `$weasis:config pro=${quote('pro', property)}`);
  }
  const query = [...properties.map((property) => ['pro', property] as const), ...named]
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
  const separator = query === '' ? '' : launchConfigurationUrl.includes('?') ? '&' : '?';
  return [command.config + quote('config', launchConfigurationUrl + separator + query)];
}

/**
 * A value between double quotes. Weasis begins a command at each `$` and its command line knows no escape that holds
 * everywhere, so a value with a character of its syntax is refused.
 */
function quote(parameter: string, value: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/["$`\\\u0000-\u001f\u007f]/.test(value)) {
    throw new LaunchError(
      parameter,
      `${parameter} holds a character that a Weasis command cannot carry (one of " $ \` \\ or a control character)`,
    );
  }
  return `"${value}"`;
}

/** Percent-encoding with a space as `+`, as Weasis's documentation writes its addresses. */
function encodeCommand(text: string): string {
  return encodeURIComponent(text)
    .replace(/%20/g, '+')
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
