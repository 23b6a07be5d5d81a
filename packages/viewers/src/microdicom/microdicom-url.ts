import { IDENTIFIER_KINDS, type IdentifierKind, LaunchError } from '@pacs-connectors/connector-core';
import { checkLength } from '../address/address-length.js';
import { IDENTIFIER_PARAMETERS } from '../address/identifier-parameters.js';
import { rejectWildcards } from '../address/wildcards.js';
import { codes } from '../address/error-codes.js';

export interface MicroDicomLaunch {
  /** `microdicom.command.protocol`: `microdicom://`. */
  protocol: string;
  /** `microdicom.command.context`. */
  context: string;
  /** The archives as the desktop sees them. At least one. */
  archives: readonly { aet: string; host: string; port: number }[];
  /** What the archives are searched by: exactly one value. */
  question: Readonly<Record<IdentifierKind, readonly string[]>>;
}

/** The attribute of each kind of identifier, as eight hexadecimal digits. */
const TAGS: Readonly<Record<IdentifierKind, string>> = {
  patientIds: '00100020',
  studyInstanceUids: '0020000D',
  accessionNumbers: '00080050',
  seriesInstanceUids: '0020000E',
  sopInstanceUids: '00080018',
};

/**
 * Returns the address that makes MicroDicom fetch from archives by one identifier. Its parameters have a fixed order.
 *
 * @throws LaunchError if it is not exactly one identifier or no archive (`viewer.launch.unsupported`), the identifier has
 *   wildcards (`viewer.identifier.wildcard`), or the address is too long (`viewer.address.too-long`).
 */
export function microDicomUrl({ protocol, context, archives, question }: MicroDicomLaunch): string {
  for (const id of question.patientIds) rejectWildcards('patientID', id, 'Name a study.');
  for (const number of question.accessionNumbers) rejectWildcards('accessionNumber', number, 'Name a study.');
  const named = IDENTIFIER_KINDS.flatMap((kind) => question[kind].map((value) => ({ kind, value })));
  const [identifier, ...more] = named;
  if (identifier === undefined || more.length > 0)
    throw new LaunchError(
      IDENTIFIER_PARAMETERS[identifier?.kind ?? 'studyInstanceUids'],
      `is one of ${named.length} identifiers: MicroDicom opens exactly one patient, study, accession number, series or object`,
      codes['viewer.launch.unsupported'],
    );
  if (archives.length === 0)
    throw new LaunchError('archive', 'is missing: MicroDicom needs at least one', codes['viewer.launch.unsupported']);
  const parameters = [
    'param=pacsServer',
    ...archives.map(({ aet, host, port }) => `value=${encodeURIComponent(aet)}@${encodeURIComponent(host)}:${port}`),
    'param=pacsTagValue',
    `value=${TAGS[identifier.kind]}`,
    `value=${encodeURIComponent(identifier.value)}`,
  ];
  const url = `${protocol}${context}?${parameters.join('&')}`;
  checkLength(url, [['archive', url.length]]);
  return url;
}
