import { type GlobalConfiguration } from '@pacs-connectors/config-core';
import { type Parameter } from '../http/query-string.js';
import { BadParameters } from '../http/bad-parameters.js';
import { misspeltIdentifiers } from '../search/read-search.js';
import { type Search } from '../search/search.js';
import { cannot } from './viewer-launch.js';

/**
 * The rules of IHE RAD-106 (Invoke Image Display) on top of those of a search: `requestType=PATIENT` goes with exactly one
 * `patientID`, `requestType=STUDY` with exactly one kind of `studyUID` or `accessionNumber`, of which several may be named.
 *
 * A `patientID` beside studies tells whose they are; it is no wish to see all of the patient's.
 *
 * @param levels `request.IID.level`; not given: both
 * @returns the search that is meant
 * @throws BadParameters
 */
export function invokedDisplay(
  search: Search,
  parameters: readonly Parameter[],
  levels: GlobalConfiguration['request']['iidLevels'],
): Search {
  const types = [
    ...new Set(parameters.filter(([name, value]) => name === 'requestType' && value).map(([, value]) => value)),
  ];
  const [type, ...more] = types;
  if (type === undefined)
    throw needed(
      'requestType',
      'is needed: PATIENT with patientID, or STUDY with studyUID or accessionNumber',
      parameters,
    );
  if (more.length > 0 || (type !== 'PATIENT' && type !== 'STUDY'))
    throw cannot('requestType', 'is neither PATIENT nor STUDY');
  if (levels && !levels.includes(type)) throw cannot('requestType', `may not be ${type} here (request.IID.level)`);
  const { criteria } = search;
  const finer = { seriesUID: criteria.seriesInstanceUids, objectUID: criteria.sopInstanceUids };
  const studies = { studyUID: criteria.studyInstanceUids, accessionNumber: criteria.accessionNumbers };
  if (type === 'PATIENT') {
    exclude({ ...studies, ...finer }, type);
    const { length } = criteria.patientIds;
    if (length === 0) throw needed('patientID', 'is needed with requestType=PATIENT', parameters);
    if (length > 1)
      throw cannot('patientID', `is needed exactly once with requestType=PATIENT, and came ${length} times`);
    return search;
  }
  exclude(finer, type);
  const [kind, ...others] = Object.entries(studies).filter(([, values]) => values.length > 0);
  if (kind === undefined) throw needed('studyUID', 'or accessionNumber is needed with requestType=STUDY', parameters);
  if (others.length > 0) throw cannot('accessionNumber', 'does not go with studyUID; one of the two is allowed');
  return { ...search, criteria: { ...criteria, patientIds: [] } };
}

/** What is missing, after what was probably meant to be it. */
function needed(parameter: string, detail: string, parameters: readonly Parameter[]): BadParameters {
  const names = [...new Set(parameters.map(([name]) => name))];
  return new BadParameters([...misspeltIdentifiers(names), { parameter, detail }]);
}

function exclude(kinds: Record<string, readonly string[]>, type: string): void {
  const present = Object.keys(kinds).filter((name) => kinds[name]?.length);
  if (present.length > 0)
    throw new BadParameters(
      present.map((parameter) => ({ parameter, detail: `does not go with requestType=${type}` })),
    );
}
