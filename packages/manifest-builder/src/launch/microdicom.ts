import { checkLength } from './address-length.js';
import { LaunchError } from './launch-error.js';
import { refuseWildcards } from './wildcards.js';

export interface MicroDicomLaunch {
  /** `microdicom.command.protocol`: `microdicom://`. */
  protocol: string;
  /** `microdicom.command.context`. */
  context: string;
  /** The archives as that desktop sees them; one at least. */
  archives: readonly { aet: string; host: string; port: number }[];
  /** What is asked: exactly one value. */
  question: {
    patientIds: readonly string[];
    studyInstanceUids: readonly string[];
    accessionNumbers: readonly string[];
    seriesInstanceUids: readonly string[];
    sopInstanceUids: readonly string[];
  };
}

/** The attribute that each kind of identifier is asked by, as eight hexadecimal digits. */
const TAGS = {
  patientIds: '00100020',
  studyInstanceUids: '0020000D',
  accessionNumbers: '00080050',
  seriesInstanceUids: '0020000E',
  sopInstanceUids: '00080018',
} as const;

/**
 * Returns the address that makes MicroDicom fetch from PACSs by one identifier. Its parameters have a fixed order.
 *
 * @throws LaunchError where it is not exactly one identifier, or one with wildcards, or no archive, or the address is longer
 *   than Windows hands over.
 */
export function microDicomUrl(launch: MicroDicomLaunch): string {
  for (const id of launch.question.patientIds) refuseWildcards('patientID', id, 'name a study');
  for (const number of launch.question.accessionNumbers) refuseWildcards('accessionNumber', number, 'name a study');
  const asked = (Object.keys(TAGS) as (keyof typeof TAGS)[]).flatMap((kind) =>
    launch.question[kind].map((value) => [TAGS[kind], value] as const),
  );
  const [first, ...more] = asked;
  if (first === undefined || more.length > 0) {
    throw new LaunchError(
      'studyUID',
      `MicroDicom opens exactly one patient, study, accession number, series or object, and ${asked.length} are asked for`,
    );
  }
  if (launch.archives.length === 0)
    throw new LaunchError('archive', 'none of the archives asked is configured for MicroDicom');
  const [tag, value] = first;
  const parameters = [
    'param=pacsServer',
    ...launch.archives.map(
      ({ aet, host, port }) => `value=${encodeURIComponent(aet)}@${encodeURIComponent(host)}:${port}`,
    ),
    'param=pacsTagValue',
    `value=${tag}`,
    `value=${encodeURIComponent(value)}`,
  ];
  const url = `${launch.protocol}${launch.context}?${parameters.join('&')}`;
  checkLength(url, [['archive', url.length]]);
  return url;
}
