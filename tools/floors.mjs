// Checks that no folder imports from its own floor or a higher one (tools/rooms.mjs), and that the pictures in
// docs/architecture.md are current. With --write, it draws the pictures again.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cruise, format } from 'dependency-cruiser';
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const PAGE = 'docs/architecture.md';
const SERVER = '^apps/manifest-server/src';
/** The pictures. `includeOnly` selects the files; `collapse` is the part of their paths that becomes a box. */
const pictures = {
  packages: { collapse: '^(packages|apps|tools)/[^/]+' },
  'rooms of the server': { includeOnly: `${SERVER}/[^/]+/`, collapse: `${SERVER}/(cli/(connect|import)|[^/]+)` },
};

const options = await extractOptions('./.dependency-cruiser.mjs');
const { output: house } = await cruise(['packages', 'apps', 'tools'], options, undefined, {
  tsConfig: extractTsConfig('./tsconfig.json'),
});
const { output, exitCode } = await format(house, { outputType: 'err' });
console.log(output.trim());
if (house.summary.totalCruised === 0)
  throw new Error('dependency-cruiser found no files. Check the paths in tools/floors.mjs.');

const page = readFileSync(PAGE, 'utf8');
let current = page;
for (const [name, options] of Object.entries(pictures)) {
  const { output: mermaid } = await format(house, { outputType: 'mermaid', ...options });
  const [begin, end] = [`<!-- picture: ${name} -->`, '<!-- end of picture -->'];
  const before = current.indexOf(begin);
  const after = current.indexOf(end, before);
  if (before < 0 || after < 0)
    throw new Error(`${PAGE} has no place for the picture "${name}". Add the lines ${begin} and ${end}`);
  // Draws a higher floor above a lower one.
  const drawing = mermaid.trim().replace('flowchart LR', 'flowchart TD');
  const picture = `${begin}\n\n\`\`\`mermaid\n${drawing}\n\`\`\`\n\n`;
  current = current.slice(0, before) + picture + current.slice(after);
}
if (process.argv.includes('--write')) writeFileSync(PAGE, current);
else if (current !== page) console.error(`The pictures in ${PAGE} are not current. Run: node tools/floors.mjs --write`);
process.exitCode = exitCode > 0 || (current !== page && !process.argv.includes('--write')) ? 1 : 0;
