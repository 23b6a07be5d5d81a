import { reloadByHangUp } from './lifecycle/hang-up.js';

// Before the rest is loaded, which takes a while: a SIGHUP meanwhile would end the process. What has changed until the
// server follows the files is seen then.
let reload: () => unknown = () => undefined;
reloadByHangUp(() => reload());
const { run } = await import('./run.js');
const reloads = await run();
reload = () => reloads.reload();
