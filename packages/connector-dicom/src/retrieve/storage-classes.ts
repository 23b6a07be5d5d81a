import { EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN } from '../dimse/data-set.js';
import { MAX_CONTEXTS, type ProposedContext } from '../dimse/associate.js';

const T = '1.2.840.10008.1.2';
/** Transfer syntaxes of data sets without compressed pixels (PS3.5 10). */
const UNCOMPRESSED = [EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN, `${T}.1.99`, `${T}.2`];
/** Transfer syntaxes of compressed pixels: JPEG, JPEG-LS, JPEG 2000, High-Throughput JPEG 2000, RLE, MPEG. */
const COMPRESSED = [
  ...['50', '51', '57', '70', '80', '81', '90', '91', '92', '93'].map((suffix) => `${T}.4.${suffix}`),
  ...['201', '202', '203', '100', '101', '102', '103', '104', '105', '106', '107', '108'].map(
    (suffix) => `${T}.4.${suffix}`,
  ),
  `${T}.5`,
];

const S = '1.2.840.10008.5.1.4.1.1';
/** Storage classes by Modality (0008,0060), for archives that do not return SOP Class UIDs. */
const BY_MODALITY: Record<string, readonly string[]> = {
  CR: ['1', '1.1', '1.1.1'],
  CT: ['2', '2.1', '2.2'],
  DX: ['1.1', '1.1.1', '1'],
  ECG: ['9.1.1', '9.1.2', '9.1.3'],
  ES: ['77.1.1', '77.1.1.1', '77.1.4'],
  GM: ['77.1.2', '77.1.4'],
  IO: ['1.3', '1.3.1'],
  KO: ['88.59'],
  MG: ['1.2', '1.2.1', '13.1.3', '13.1.4'],
  MR: ['4', '4.1', '4.2', '4.3', '4.4'],
  NM: ['20', '5'],
  OP: ['77.1.5.1', '77.1.5.2'],
  OPT: ['77.1.5.4', '77.1.5.1'],
  PR: ['11.1', '11.2', '11.3', '11.4'],
  PT: ['128', '130', '128.1'],
  PX: ['1.1', '1'],
  RF: ['12.2', '12.2.1', '12.1'],
  RG: ['1', '1.1'],
  RTDOSE: ['481.2'],
  RTIMAGE: ['481.1'],
  RTPLAN: ['481.5', '481.8'],
  RTSTRUCT: ['481.3'],
  SC: ['7'],
  SEG: ['66.4', '66.5'],
  SM: ['77.1.6', '77.1.2', '77.1.3'],
  SR: ['88.11', '88.22', '88.33', '88.34', '88.67'],
  DOC: ['104.1', '104.2'],
  US: ['6.1', '3.1', '6', '3'],
  XA: ['12.1', '12.1.1', '13.1.1'],
  XC: ['77.1.4', '77.1.4.1', '77.1.1'],
};
/** Classes that occur with any modality. */
const COMMON = ['7', '7.2', '7.4', '7.3', '7.1', '88.11', '88.22', '88.33', '88.59', '11.1', '104.1'];
/** Classes whose instances have no pixels that can be compressed: reports, presentation states, waveforms, plans, documents. */
const WITHOUT_PIXELS = /\.1\.1\.(88|11|104|9)\.|\.1\.1\.(66|481\.[358])$/;

/** Returns the storage classes that archives commonly hold, those of `modalities` first. */
export function commonStorageClasses(modalities: readonly string[]): string[] {
  const own = modalities.flatMap((modality) => BY_MODALITY[modality] ?? []);
  const all = Object.values(BY_MODALITY).flat();
  return [...new Set([...own, ...COMMON, ...all])].map((suffix) => `${S}.${suffix}`);
}

/** Returns whether a SOP Class UID is one that a storage SCP accepts: a storage class of the standard, or a private class. */
export function isStorageClass(uid: string): boolean {
  return uid.startsWith(`${S}.`) || uid.startsWith('1.2.840.10008.5.1.4.34.7') || !uid.startsWith('1.2.840.10008.');
}

/**
 * Returns one presentation context with the compressed transfer syntaxes for each storage class, as many as fit into one
 * association. Some archives send in the first context of a class only, whatever its transfer syntax.
 */
export function compressedContexts(sopClassUids: readonly string[], reserved: number): ProposedContext[] {
  return sopClassUids
    .filter((sopClassUid) => !WITHOUT_PIXELS.test(sopClassUid))
    .slice(0, MAX_CONTEXTS - reserved)
    .map((sopClassUid) => ({ sopClassUid, transferSyntaxUids: COMPRESSED, isOurRoleScp: true }));
}

/**
 * Returns the presentation contexts for storage classes, in groups that fit into one association each. Each context has one
 * transfer syntax, so the archive can send every instance as it is stored.
 *
 * @param reserved contexts of other SOP classes in each association.
 */
export function storageContexts(sopClassUids: readonly string[], reserved: number): ProposedContext[][] {
  const groups: ProposedContext[][] = [[]];
  for (const sopClassUid of sopClassUids) {
    const syntaxes = WITHOUT_PIXELS.test(sopClassUid) ? UNCOMPRESSED : [...UNCOMPRESSED, ...COMPRESSED];
    const own = syntaxes.map((uid) => ({ sopClassUid, transferSyntaxUids: [uid], isOurRoleScp: true }));
    const group = groups.at(-1) as ProposedContext[];
    if (group.length + own.length + reserved <= MAX_CONTEXTS) group.push(...own);
    else groups.push(own);
  }
  return groups;
}
