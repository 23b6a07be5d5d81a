/**
 * A Weasis without its display, for tests: it opens a launch as Weasis does, by the rules that were seen on the running
 * program, and reports what a person would see.
 *
 * ```ts
 * const address = await launchAddress(`${server}/display?patientID=7`);
 * const view = await openLaunch(address, { release: '4.7.1' });
 * expect(view).toMatchObject({ images: 12, dialogs: [] });
 * ```
 *
 * {@link launchAddress} asks the server as a browser does, and returns the `weasis://` address of its redirect.
 * {@link openLaunch} opens such an address: commands, manifest, tree, addresses of images, downloads. It resolves with a
 * {@link WeasisView} once every download has ended: `images` counts images whose bytes are DICOM with the right SOP Instance UID,
 * `firstImageMs` is the time to the first of them, `dialogs` and `messages` are what opened, `listed` and `patients` what is in the
 * tree, `missing` what is not shown and why, `requests` each request with headers and time. It rejects only where the address
 * is not URL-encoded, or has options that are not simulated (`dicom:get -z`, `-p`).
 * {@link openManifest} opens a manifest's address in place of a launch's. {@link manifestAddresses} returns the addresses of the
 * manifests in a launch, for tests that read them.
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
  /** On Windows, which drops addresses of more than 2,000 characters. Default: false. */
  windows?: boolean;
  /** Shorter ones, for tests of what hangs. */
  timeouts?: Partial<WeasisTimeouts>;
}

const TIMEOUTS: WeasisTimeouts = { connectMs: 7000, readMs: 30_000, imageMs: 15_000 };

/** About as many characters as Windows hands over. */
const MOST_OF_WINDOWS = 2000;

/** Opens a `weasis:` address and downloads its images. */
export function openLaunch(address: string, options: WeasisOptions = {}): Promise<WeasisView> {
  const dropped = options.windows && address.length > MOST_OF_WINDOWS;
  return open(readLaunch(dropped ? '' : address), options);
}

/** The addresses that `dicom:get -w` of a launch fetches manifests from, in order. */
export function manifestAddresses(address: string): string[] {
  return readLaunch(address)
    .commands.filter(({ name }) => name === 'dicom:get')
    .flatMap(({ words }) => words.filter((_, index) => words[index - 1] === '-w'));
}

/** Opens the manifest of an address, as `dicom:get -w` does. */
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
 * Asks for a launch as a browser does, and returns the viewer's address that it is sent to.
 *
 * @throws Error where the answer is not a redirect; its text is in the message.
 */
export async function launchAddress(url: string, headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(url, { redirect: 'manual', headers });
  const location = response.headers.get('location');
  if (location === null) throw new Error(`no redirect but ${response.status}: ${await response.text()}`);
  await response.arrayBuffer();
  return location;
}
