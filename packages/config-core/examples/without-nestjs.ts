import { checkConfiguration, readConfiguration, renderProblem } from '@pacs-connectors/config-core';
import { xdsPlugin } from './xds-plugin.js';

const document = await readConfiguration(['connectors.yml']);
const { connectors, problems } = checkConfiguration(document, [xdsPlugin]);
for (const problem of problems) console.log(renderProblem(problem));
for (const { id, type, settings } of connectors) console.log(id, type, settings);
