import { type RetrieveRequest } from '@pacs-connectors/connector-core';

/** Which service of an archive returns images: PS3.18 10.4 or PS3.18 9. */
export type WadoService = 'wado-rs' | 'wado-uri';

/** How images are requested from one address. */
export interface RequestOptions {
  service: WadoService;
  /** Appended to each address; may begin with `?` or `&`. */
  additionalParameters?: string;
  /** The transfer syntax to request. Default: `*`, as stored. */
  transferSyntaxUid?: string;
  /** WADO-URI: sends the SOP Instance UID only. */
  onlySopInstanceUid?: boolean;
  /** `Accept` instead of the forms that are tried. */
  accept?: string;
}

/** One of the forms of a request. Servers understand some of them only. */
export interface RequestForm {
  accept: string;
  /** WADO-URI: the parameter `transferSyntax`. */
  transferSyntax?: string;
}

/** One GET request for images. */
export interface WadoRequest {
  /** Path below the base URL; empty for WADO-URI. */
  path: string;
  parameters: readonly (readonly [name: string, value: string])[];
  /** The one instance that is requested. */
  sopInstanceUid?: string;
}

/** Reports a UID that cannot be part of an address. */
export class InvalidUidError extends Error {
  override readonly name = 'InvalidUidError';
}

/** Returns the forms of requests, the preferred one first. By default, no instance is converted. */
export function formsOf(options: RequestOptions): readonly [RequestForm, ...RequestForm[]] {
  const { service, accept, transferSyntaxUid: wanted = '*' } = options;
  const isAsStored = wanted === '*';
  if (service === 'wado-uri') {
    const form = { accept: accept ?? 'application/dicom, */*;q=0.1' };
    return isAsStored ? [{ ...form, transferSyntax: '*' }, form] : [{ ...form, transferSyntax: wanted }];
  }
  if (accept !== undefined) return [{ accept }];
  const multipart = 'multipart/related; type="application/dicom"';
  const first = { accept: `${multipart}; transfer-syntax=${wanted}` };
  const single = { accept: `application/dicom; transfer-syntax=${wanted}` };
  return isAsStored ? [first, { accept: multipart }, single, { accept: 'application/dicom' }] : [first, single];
}

/**
 * Returns the requests for what is to be retrieved.
 *
 * @returns `undefined` if WADO-URI would need the SOP Instance UIDs.
 * @throws InvalidUidError
 */
export function requestsOf(
  { studyInstanceUid, seriesInstanceUid, sopInstanceUids }: RetrieveRequest,
  { service, onlySopInstanceUid }: RequestOptions,
): WadoRequest[] | undefined {
  const study = checked(studyInstanceUid);
  const series = seriesInstanceUid === undefined ? undefined : checked(seriesInstanceUid);
  const instances = series === undefined ? undefined : sopInstanceUids?.map(checked);
  if (service === 'wado-rs') {
    const path = `/studies/${study}${series === undefined ? '' : `/series/${series}`}`;
    if (!instances) return [{ path, parameters: [] }];
    return instances.map((uid) => ({ path: `${path}/instances/${uid}`, parameters: [], sopInstanceUid: uid }));
  }
  if (series === undefined || !instances) return undefined;
  const above = onlySopInstanceUid
    ? ([] as const)
    : ([
        ['studyUID', study],
        ['seriesUID', series],
      ] as const);
  return instances.map((uid) => ({
    path: '',
    parameters: [['requestType', 'WADO'], ...above, ['objectUID', uid], ['contentType', 'application/dicom']],
    sopInstanceUid: uid,
  }));
}

/** Returns the path and query of a request below a base URL. */
export function targetOf(
  { pathname, search }: Pick<URL, 'pathname' | 'search'>,
  { path, parameters }: WadoRequest,
  { additionalParameters = '' }: RequestOptions,
  { transferSyntax }: RequestForm,
): string {
  // Orthanc does not decode contentType, so only what a query must not contain is encoded. UIDs need nothing.
  const own = parameters.map(([name, value]) => `${name}=${value}`);
  const query = [
    search.replace(/^\?/, ''),
    ...own,
    transferSyntax === undefined ? '' : `transferSyntax=${transferSyntax}`,
    additionalParameters.replace(/^[?&]+/, ''),
  ].filter((part) => part !== '');
  const base = path === '' ? pathname : pathname.replace(/\/+$/, '') + path;
  return `${base}${query.length === 0 ? '' : `?${query.join('&')}`}`;
}

/** UIDs become parts of addresses. Some archives have UIDs with letters. */
function checked(uid: string): string {
  if (/^(?=.*[A-Za-z0-9])[\w.-]{1,128}$/.test(uid)) return uid;
  throw new InvalidUidError('a requested UID cannot be part of an address');
}
