import { LaunchError } from './launch-error.js';

/** Longest address that Windows hands to a program, characters. It drops a longer one, and the user sees nothing happen. */
export const LONGEST_ADDRESS = 2000;

const REMEDIES: Record<string, string> = {
  access_token: 'Launch Weasis with a manifest: its address has no token in it.',
  arg: 'Hand over fewer or shorter commands.',
  pro: 'Hand over fewer or shorter properties, or serve them in a launch configuration.',
  archive: 'Name fewer archives.',
};

/**
 * Checks that an address reaches the program that it is for.
 *
 * @param lengths what each parameter adds to it, characters
 * @throws LaunchError naming the parameter that adds most, and the remedy
 */
export function checkLength(url: string, lengths: readonly (readonly [parameter: string, length: number])[]): void {
  if (url.length <= LONGEST_ADDRESS) return;
  const [[parameter] = ['launch']] = [...lengths].sort(([, one], [, other]) => other - one);
  const remedy = REMEDIES[parameter] ?? 'Launch Weasis with a manifest: its address stays short.';
  throw new LaunchError(
    parameter,
    `${parameter} makes the launch address ${url.length} characters long, and Windows drops one of more than ${LONGEST_ADDRESS}. ${remedy}`,
  );
}
