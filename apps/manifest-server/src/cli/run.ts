import { parseArgs } from 'node:util';
import { ConfigurationError } from '@pacs-connectors/config-core';
import { type PatientIdentifier } from '@pacs-connectors/connector-core';
import { describeUnexpected } from '../logging/describe-unexpected.js';
import { patientIdentifier, Unreadable } from '../search/values.js';
import { check } from './check.js';
import { type Samples } from './connect/archive-check.js';
import { encrypt } from './encrypt.js';
import { importProperties } from './import/import.js';
import { keys, schema } from './schema.js';
import { type Terminal, UsageError } from '../boot/terminal.js';

const USAGE = `pacs-connectors, tools for the configuration of the manifest server

  pacs-connectors check [FILE…] [--connect [--study UID]… [--patient ID]…]
      Prints the configuration in effect (canonical names, placeholders and ciphers resolved, secrets masked) and every
      problem with its place. FILE is a YAML file or a folder of them, the later over the earlier; without any, those of
      CONNECTORS_CONFIG. Exit code 1 where there is an error.
      --connect also asks each archive: it connects, searches a study and fetches one image as Weasis does. The study is any
      of the archive, or the one that --study or --patient names. Exit code 1 if an archive has an error.

  pacs-connectors import FILE.properties… [--output FILE]
      Prints the YAML for the property files of the oldest Java server (weasis-connector-default.properties, dicom-….properties),
      or writes it to a new FILE. Files that they name are read too. Standard error says what became of each line; it shows no
      value. The YAML contains passwords as the files do. Exit code 0: every line was taken or is not needed; 1: there is
      something to decide, or a line is not known.

  pacs-connectors encrypt [--mode gcm|cbc]
      Asks for a value, or reads it from a pipe, and prints it as '{cipher}…' for a configuration file. The key is taken
      from ENCRYPT_KEY, the salt from ENCRYPT_SALT (hexadecimal, deadbeef where it is not set).

  pacs-connectors schema
      Prints the JSON Schema of the configuration, for editors: all archive languages that are installed, and those of
      the packages in connector.plugins of CONNECTORS_CONFIG.

  pacs-connectors keys
      Prints every key with its meaning, as Markdown, for the same archive languages.

  pacs-connectors help
`;

/** Runs one command. @returns its exit code: 0, 1 where something is wrong, 2 where it was called wrongly. */
export async function runCommand(args: string[], terminal: Terminal): Promise<number> {
  try {
    const { values, positionals } = parse(args);
    const [command, ...operands] = positionals;
    if (values.help || command === 'help') {
      terminal.stdout.write(USAGE);
      return 0;
    }
    switch (command) {
      case 'check':
        return await check(operands, samplesOf(values), terminal);
      case 'encrypt':
        return await encrypt(operands, values.mode, terminal);
      case 'import':
        return await importProperties(operands, values.output, terminal);
      case 'schema':
        return await schema(operands, terminal);
      case 'keys':
        return await keys(operands, terminal);
      default:
        throw new UsageError(command === undefined ? 'which command?' : `there is no command ${command}`);
    }
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.stderr.write(`pacs-connectors: ${error.message}\n\n${USAGE}`);
      return 2;
    }
    terminal.stderr.write(`${describe(error)}\n`);
    return 1;
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        mode: { type: 'string' },
        output: { type: 'string' },
        connect: { type: 'boolean' },
        study: { type: 'string', multiple: true },
        patient: { type: 'string', multiple: true },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** What `--connect` looks for; nothing without it. */
function samplesOf({ connect, study, patient }: ReturnType<typeof parse>['values']): Samples | undefined {
  if (connect) return { studyInstanceUids: study ?? [], patientIds: (patient ?? []).map(patientOf) };
  if (study || patient) throw new UsageError('--study and --patient belong to --connect');
  return undefined;
}

function patientOf(text: string): PatientIdentifier {
  try {
    return patientIdentifier(text);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    throw new UsageError(`--patient ${error.message}`);
  }
}

function describe(error: unknown): string {
  if (error instanceof ConfigurationError) return error.message;
  return `pacs-connectors: ${describeUnexpected(error)}`;
}
