/**
 * A Weasis without its display, for tests. It opens a launch by the rules that the running program showed, and reports what a
 * person would see.
 *
 * ```ts
 * const address = await launchAddress(`${server}/display?patientID=7`);
 * const view = await openLaunch(address, { release: '4.7.1' });
 * expect(view).toMatchObject({ images: 12, dialogs: [] });
 * ```
 *
 * - {@link launchAddress} sends a request as a browser does, and returns the `weasis://` address of the redirect.
 * - {@link openLaunch} opens such an address: commands, manifest, tree, addresses of images, downloads. It resolves with a
 *   {@link WeasisView} once every download has ended. It rejects only if the address is not URL-encoded, or has options that are
 *   not simulated (`dicom:get -z`, `-p`).
 * - {@link openManifest} opens the address of a manifest instead of a launch.
 * - {@link manifestAddresses} returns the addresses of the manifests in a launch, for tests that read them.
 */
import { dicomGet } from './dicom-get.js';
import { dicomRs } from './dicom-rs.js';
import { Downloads } from './downloads.js';
import { type Launch, readLaunch } from './launch-address.js';
import { type WeasisRelease } from './release.js';
import { Session, type WeasisTimeouts } from './session.js';
import { viewOf, type WeasisView } from './view.js';

export { WEASIS_RELEASES, type WeasisRelease } from './release.js';
export type { WeasisDialog, WeasisRequest, WeasisTimeouts } from './session.js';
export type { ManifestMessage } from './tree.js';
export type { SeenPatient, SeenSeries, SeenStudy, WeasisView } from './view.js';

export interface WeasisOptions {
  /** Default: `newest`. */
  release?: WeasisRelease;
  /** Simulates Windows, which drops addresses of more than 2,000 characters. Default: false. */
  windows?: boolean;
  /** Shorter time limits, for tests of servers that hang. */
  timeouts?: Partial<WeasisTimeouts>;
}

const TIMEOUTS: WeasisTimeouts = { connectMs: 7000, readMs: 30_000, imageMs: 15_000 };

/** The most characters of an address that Windows passes to a program (approximately). */
const MOST_OF_WINDOWS = 2000;

/** Opens a `weasis:` address and downloads its images. */
export function openLaunch(address: string, options: WeasisOptions = {}): Promise<WeasisView> {
  const dropped = options.windows && address.length > MOST_OF_WINDOWS;
  return open(readLaunch(dropped ? '' : address), options);
}

/** Returns the addresses of the manifests that a launch fetches by `dicom:get -w`, in order. */
export function manifestAddresses(address: string): string[] {
  return readLaunch(address)
    .commands.filter(({ name }) => name === 'dicom:get')
    .flatMap(({ words }) => words.filter((_, index) => words[index - 1] === '-w'));
}

/** Opens the manifest at an address, as `dicom:get -w` does. */
export function openManifest(address: string, options: WeasisOptions = {}): Promise<WeasisView> {
  const commands = [{ name: 'dicom:get', words: ['-w', address] }];
  return open({ config: { arg: [], pro: [] }, commands, failures: [] }, options);
}

async function open({ config, commands, failures }: Launch, options: WeasisOptions): Promise<WeasisView> {
  const session = new Session(options.release ?? 'newest', { ...TIMEOUTS, ...options.timeouts });
  const downloads = new Downloads(session);
  const failed = [...failures];
  for (const { name, words } of commands) {
    if (name === 'dicom:get') await dicomGet(session, downloads, words);
    else if (name === 'dicom:rs') await dicomRs(session, downloads, words);
    else failed.push(`${name}: not a command that the client knows`);
  }
  await downloads.finished();
  return viewOf(session, config, failed);
}

/**
 * Requests a launch as a browser does, and returns the viewer's address from the redirect.
 *
 * @throws Error with the text of the answer if it is not a redirect
 */
export async function launchAddress(url: string, headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(url, { redirect: 'manual', headers });
  const location = response.headers.get('location');
  if (location === null)
    throw new Error(`The launch answered ${response.status} instead of a redirect: ${await response.text()}`);
  await response.arrayBuffer();
  return location;
}
