import { readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importFolder } from '@pacs-connectors/demo-archive';
import { FOLDER_PREFIX } from './demo.js';

/** The archive that imported files are stored in. */
const ARCHIVE = 'north';

/**
 * Stores the DICOM files below a folder in the demo that runs on this machine; of several, in the one that was started last.
 *
 * @param parent the folder that contains the folders of demos
 * @returns lines to print
 * @throws Error with the remedy if no demo runs, or if the folder cannot be read
 */
export async function importIntoDemo(folder: string | undefined, parent = tmpdir()): Promise<string[]> {
  if (!folder) throw new Error('A folder is missing. Name the folder of your DICOM files: npm run demo:import FOLDER');
  const demo = await runningDemo(parent);
  if (!demo) throw new Error('No demo runs on this machine. Start one in another terminal: npm start');
  const { stored, studies, refused } = await importFolder(join(demo, ARCHIVE), folder);
  return [
    `Archive ${ARCHIVE} of the demo has stored ${stored} DICOM files from ${folder}.`,
    ...studies.slice(0, 5).map((study) => `  /manifest?studyUID=${study}`),
    ...(studies.length > 5 ? [`  and ${studies.length - 5} more studies`] : []),
    ...refused.map(({ file, reason }) => `${file} was refused: ${reason}`),
  ];
}

async function runningDemo(parent: string): Promise<string | undefined> {
  const folders = readdirSync(parent)
    .filter((name) => name.startsWith(FOLDER_PREFIX))
    .map((name) => join(parent, name))
    .sort((a, b) => statSync(b).birthtimeMs - statSync(a).birthtimeMs);
  for (const folder of folders) if (await isRunning(folder)) return folder;
  return undefined;
}

/** A demo that was killed leaves its folder behind, but nothing answers at its addresses. */
async function isRunning(folder: string): Promise<boolean> {
  try {
    const configuration = readFileSync(join(folder, 'connectors.yml'), 'utf8');
    const url = /http:\/\/127\.0\.0\.1:\d+\/wado/.exec(configuration)?.[0] ?? '';
    await fetch(url);
    return true;
  } catch {
    return false;
  }
}
