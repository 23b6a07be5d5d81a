import { existsSync } from 'node:fs';
import { rooms } from './tools/rooms.mjs';

/** Rules for the folders of one package: each imports from the floors below its own only. */
function rulesOf([name, { floors }]) {
  const home = ['apps', 'packages', 'tools'].map((parent) => `${parent}/${name}`).find((folder) => existsSync(folder));
  const inside = (folders) => folders.map((folder) => `^${home}/src/${folder === '.' ? '' : `${folder}/`}[^/]+$`);
  const plan = floors.map((floor) => floor.split(' '));
  const placed = inside(plan.flat());
  if (!home) return [];
  return [
    ...plan.flatMap((folders, floor) =>
      folders.map((folder) => ({
        name: `${name}/${folder} imports from floors below it only (tools/rooms.mjs)`,
        severity: 'error',
        from: { path: inside([folder]) },
        to: { path: `^${home}/src/`, pathNot: inside([folder, ...plan.slice(floor + 1).flat()]) },
      })),
    ),
    {
      name: `each folder of ${name} has a floor (tools/rooms.mjs)`,
      severity: 'error',
      from: { path: `^${home}/src/`, pathNot: placed },
      to: {},
    },
  ];
}

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    { name: 'no circle of files', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no circle of folders', severity: 'error', scope: 'folder', from: {}, to: { circular: true } },
    ...Object.entries(rooms).flatMap(rulesOf),
  ],
  options: {
    includeOnly: { path: '^(packages|apps|tools)/[^/]+/src/' },
    exclude: { path: ['\\.spec\\.ts$', '/testing/'] },
    // Types are knowledge, too.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@pacs-connectors/source', 'import', 'node', 'default'],
    },
  },
};
