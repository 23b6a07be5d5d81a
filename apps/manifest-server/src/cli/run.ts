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
      Prints the effective configuration (canonical names, placeholders and ciphers resolved, secrets masked) and every
      problem with its place and code. FILE is a YAML file or a folder of YAML files; later files override earlier ones.
      Default: the files in CONNECTORS_CONFIG, or those of --connectors-config FILE[,FILE…]. Exit code 1 if there is an error.
      --connect also connects to each archive, searches a study and fetches one image as Weasis does. It uses any study, or
      the one that --study or --patient names. Exit code 1 if an archive has an error.

  pacs-connectors import FILE.properties… [--output FILE]
      Converts property files of the oldest Java server (weasis-connector-default.properties, dicom-….properties) to YAML, and
      prints it or writes it to a new FILE. Files that they name are read too. Standard error reports the result for each line,
      without values. The YAML contains the passwords of the files. Exit code 0: every line was taken or is not needed; 1: there
      is something to decide, or a line is unknown.

  pacs-connectors encrypt [--mode gcm|cbc]
      Reads a value from the terminal or a pipe, and prints it as '{cipher}…' for a configuration file. ENCRYPT_KEY contains
      the key, ENCRYPT_SALT the salt (hexadecimal; default: deadbeef).

  pacs-connectors schema
      Prints the JSON Schema of the configuration, for editors. It contains all installed archive languages, and those of the
      packages in connector.plugins of CONNECTORS_CONFIG or --connectors-config.

  pacs-connectors keys
      Prints every key with its meaning, as Markdown, for the same archive languages.

  pacs-connectors help
`;

/** Runs one command. @returns its exit code: 0, 1 if there is an error, 2 if the call is wrong */
export async function runCommand(args: string[], { env, ...streams }: Terminal): Promise<number> {
  const { stdout, stderr } = streams;
  try {
    const { values, positionals } = parse(args);
    const [command, ...operands] = positionals;
    const files = values['connectors-config'];
    if (files !== undefined && command === 'check' && operands.length > 0)
      throw new UsageError('name the files as operands or by --connectors-config, not both');
    const terminal = { ...streams, env: files === undefined ? env : { ...env, CONNECTORS_CONFIG: files } };
    if (values.help || command === 'help') {
      stdout.write(USAGE);
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
        throw new UsageError(command === undefined ? 'a command is missing' : `the command ${command} is unknown`);
    }
  } catch (error) {
    if (error instanceof UsageError) {
      stderr.write(`pacs-connectors: ${error.message}\n\n${USAGE}`);
      return 2;
    }
    stderr.write(`${describe(error)}\n`);
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
        'connectors-config': { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Returns the samples for `--connect`; `undefined` without it. */
function samplesOf({ connect, study, patient }: ReturnType<typeof parse>['values']): Samples | undefined {
  if (connect) return { studyInstanceUids: study ?? [], patientIds: (patient ?? []).map(patientOf) };
  if (study || patient) throw new UsageError('--study and --patient need --connect');
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
