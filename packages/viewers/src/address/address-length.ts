import { LaunchError } from '@pacs-connectors/connector-core';
import { codes } from './error-codes.js';

/** Longest address that Windows passes to a program, in characters. It drops a longer one, and the user sees nothing happen. */
export const LONGEST_ADDRESS = 2000;

const REMEDIES: Record<string, string> = {
  access_token: 'Launch Weasis with a manifest: its address contains no token.',
  arg: 'Pass fewer or shorter commands.',
  pro: 'Pass fewer or shorter properties, or serve them in a launch configuration.',
  archive: 'Name fewer archives.',
};

/**
 * Checks that a launch address is short enough to reach the viewer.
 *
 * @param lengths what each parameter adds to it, in characters.
 * @throws LaunchError (`viewer.address.too-long`) that names the parameter that adds most, and the remedy.
 */
export function checkLength(url: string, lengths: readonly (readonly [parameter: string, length: number])[]): void {
  if (url.length <= LONGEST_ADDRESS) return;
  const [[parameter] = ['launch']] = [...lengths].sort(([, one], [, other]) => other - one);
  const remedy = REMEDIES[parameter] ?? 'Launch Weasis with a manifest: its address stays short.';
  throw new LaunchError(
    parameter,
    `makes the launch address ${url.length} characters long, and Windows drops one of more than ${LONGEST_ADDRESS}. ${remedy}`,
    codes['viewer.address.too-long'],
  );
}
