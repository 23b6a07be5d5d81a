import { importIntoDemo } from './demo/import.js';

// `npm run demo:import FOLDER`
try {
  for (const line of await importIntoDemo(process.argv[2])) console.log(line);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
