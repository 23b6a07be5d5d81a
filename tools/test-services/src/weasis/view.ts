import { type Session, type WeasisDialog, type WeasisRequest } from './session.js';
import { type LaunchConfig } from './launch-address.js';
import { type WeasisRelease } from './release.js';
import { type ManifestMessage, type Tree, type TreePatient, type TreeSeries, type TreeStudy } from './tree.js';

/** What a person sees after a launch has ended. Attributes have the names of the manifest. */
export interface WeasisView {
  release: WeasisRelease;
  /** The values of `weasis:config`. */
  config: LaunchConfig;
  /** Commands that failed, each with the reason. */
  failedCommands: string[];
  /** The windows that opened, in order. */
  dialogs: WeasisDialog[];
  /** The {@link dialogs} that are messages of a manifest. */
  messages: ManifestMessage[];
  /** Patients as the manifest lists them. */
  listed: SeenPatient[];
  /** Patients after the images have arrived, grouped by the attributes in the images. */
  patients: SeenPatient[];
  /** Number of shown images: DICOM bytes with the right SOP Instance UID. */
  images: number;
  /** SOP Instance UIDs of {@link images}, sorted. */
  sopInstanceUids: string[];
  /** Time from the launch to the first image, milliseconds; undefined if no image is shown. */
  firstImageMs: number | undefined;
  /** Images and series that were tried and are not shown. Weasis does not report the reason. */
  missing: { address: string; reason: string }[];
  requests: WeasisRequest[];
  /** Lines of Weasis's log. */
  log: string[];
}
export interface SeenPatient {
  attributes: Record<string, string>;
  studies: SeenStudy[];
}
export interface SeenStudy {
  attributes: Record<string, string>;
  series: SeenSeries[];
}
export interface SeenSeries {
  attributes: Record<string, string>;
  /** Instances that the manifest lists. */
  listed: number;
  /** Instances that are shown. */
  images: number;
}

export function viewOf(session: Session, config: LaunchConfig, failedCommands: string[]): WeasisView {
  const { release, tree, dialogs, requests, missed, log, firstImageMs } = session;
  const listed = [...tree.values()];
  const sopInstanceUids = listed
    .flatMap(({ studies }) => [...studies.values()].flatMap(({ series }) => [...series.values()]))
    .flatMap(({ shown }) => [...shown.keys()])
    .sort();
  return {
    release,
    config,
    failedCommands,
    dialogs,
    messages: dialogs.filter((dialog) => dialog.kind === 'message'),
    listed: listed.map((patient) => seenPatient([patient])),
    patients: groupByImages(tree).map(seenPatient),
    images: sopInstanceUids.length,
    sopInstanceUids,
    firstImageMs,
    missing: missed,
    requests,
    log,
  };
}

/** Joins patients whose images name the same patient, unless both list the same study. */
function groupByImages(tree: Tree): TreePatient[][] {
  const groups: { key: string; patients: TreePatient[] }[] = [];
  for (const patient of tree.values()) {
    const key = patientOfImages(patient) ?? patient.key;
    const group = groups.find((one) => one.key === key && !one.patients.some((other) => listSameStudy(other, patient)));
    if (group) group.patients.push(patient);
    else groups.push({ key, patients: [patient] });
  }
  return groups.map(({ patients }) => patients);
}

function patientOfImages({ studies }: TreePatient): string | undefined {
  for (const { series } of studies.values())
    for (const { shown } of series.values()) for (const key of shown.values()) return key;
  return undefined;
}

function listSameStudy(one: TreePatient, other: TreePatient): boolean {
  return [...one.studies.keys()].some((uid) => other.studies.has(uid));
}

function seenPatient(patients: readonly TreePatient[]): SeenPatient {
  return {
    attributes: patients[0]?.attributes ?? {},
    studies: patients.flatMap(({ studies }) => [...studies.values()].map(seenStudy)),
  };
}

function seenStudy({ attributes, series }: TreeStudy): SeenStudy {
  return { attributes, series: [...series.values()].map(seenSeries) };
}

function seenSeries({ attributes, instances, shown }: TreeSeries): SeenSeries {
  return { attributes, listed: instances.size, images: shown.size };
}
