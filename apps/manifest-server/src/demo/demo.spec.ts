import { expect, it } from '@jest/globals';
import { StartError } from '../boot/start-error.js';
import { createDemo } from './demo.js';

it('says why the demo cannot be made, and what to set instead', async () => {
  const failed = createDemo('/nonexistent');
  await expect(failed).rejects.toBeInstanceOf(StartError);
  await expect(failed).rejects.toThrow(/CONNECTORS_CONFIG.*\/nonexistent/);
  await expect(failed).rejects.toHaveProperty('code', 'server.start.demo-failed');
});
