import { type Archive, MULTIPART_DICOM, setHeader } from './archive.js';
import {
  attributesOf,
  completeSeries,
  completeStudy,
  PATIENT_ATTRIBUTES,
  search,
  STUDY_ATTRIBUTES,
} from './dicom-web.js';
import { type Downloads } from './downloads.js';
import { type Session } from './session.js';
import { addPatient, addStudy, type TreeSeries } from './tree.js';

/** Options of `dicom:rs` without a value. */
const SWITCHES = ['--show-whole-study'];

/** Runs `dicom:rs`, which searches a DICOMweb archive. @throws Error for an unknown option */
export async function dicomRs(session: Session, downloads: Downloads, words: readonly string[]): Promise<void> {
  const options = readOptions(words);
  const one = (name: string) => options.get(name)?.[0] ?? '';
  const headersOf = (own: string) => headers([...(options.get('-H') ?? []), ...(options.get(own) ?? [])]);
  const queryHeaders = headersOf('--query-header');
  const archive: Archive = {
    baseUrl: one('--url').replace(/\/$/, ''),
    headers: { ...headersOf('--retrieve-header'), Accept: MULTIPART_DICOM + one('--accept-ext') },
    multipart: true,
    requireOnlySopInstanceUid: false,
    extraParameters: one('--retrieve-ext'),
    retrievesSeries: session.rules.partialManifests,
    overriddenTags: [],
    dicomWeb: false,
  };
  const found: TreeSeries[] = [];
  for (const request of options.get('-r') ?? []) {
    for (const query of queriesOf(request, session)) {
      const address = `${archive.baseUrl}/studies?${query}${one('--query-ext')}`;
      for (const dataSet of await search(session, address, queryHeaders)) {
        const patient = addPatient(session.tree, attributesOf(dataSet, PATIENT_ATTRIBUTES));
        const study = addStudy(patient, attributesOf(dataSet, STUDY_ATTRIBUTES));
        await completeStudy(session, study, archive, queryHeaders);
        found.push(...study.series.values());
      }
    }
  }
  if (!archive.retrievesSeries) for (const series of found) await completeSeries(session, series, queryHeaders);
  downloads.add(found);
}

/**
 * Returns the searches of one `-r`. A patient id is separated from its issuer at `^^^` and percent-encoded. Everything else is
 * copied unchanged.
 */
function* queriesOf(request: string, session: Session): Generator<string> {
  for (const pair of request.split('&')) {
    const cut = pair.indexOf('=');
    const [key, value] = [pair.slice(0, cut), pair.slice(cut + 1)];
    if (key === 'patientID') {
      const [identifier = '', issuer] = value.split('^^^', 2);
      const encoded = new URLSearchParams({ '00100020': identifier }).toString();
      yield issuer === undefined ? encoded : `${encoded}&00100021=${issuer}`;
    } else if (key === 'accessionNumber') yield `00080050=${value}`;
    else if (key === 'studyUID') yield `0020000D=${value}`;
    else session.log.push(`dicom:rs: ${key} is not simulated`);
  }
}

function readOptions(words: readonly string[]): Map<string, string[]> {
  const options = new Map<string, string[]>();
  const rest = words.values();
  for (const word of rest) {
    const [, name = word, attached] = /^(--[\w-]+)=(.*)$/s.exec(word) ?? [];
    if (!OPTIONS.includes(name)) throw new Error(`dicom:rs has no option ${name}`);
    const value = SWITCHES.includes(name) ? '' : (attached ?? (rest.next().value as string | undefined) ?? '');
    options.set(name, [...(options.get(name) ?? []), value]);
  }
  return options;
}

const OPTIONS = [
  ...['--url', '-r', '-H', '--query-header', '--retrieve-header', '--query-ext', '--retrieve-ext', '--accept-ext'],
  ...['--auth-uid', '--oidc-iss', '--oidc-login'],
  ...SWITCHES,
];

/** Parses headers, each as `Name: value`. */
function headers(lines: readonly string[]): Record<string, string> {
  const all: Record<string, string> = {};
  for (const line of lines) {
    const cut = line.indexOf(':');
    if (cut > 0) setHeader(all, line.slice(0, cut).trim(), line.slice(cut + 1).trim());
  }
  return all;
}
