import { type GlobalConfiguration } from '@pacs-connectors/config-core';
import { codes } from '../errors/error-codes.js';
import { type Parameter } from '../http/query-string.js';
import { BadParameters } from '../http/bad-parameters.js';
import { misspeltIdentifiers } from '../search/read-search.js';
import { type Search } from '../search/search.js';
import { invalidParameter } from './launch-problems.js';

/**
 * Returns the search of an IHE RAD-106 request (Invoke Image Display). `requestType=PATIENT` needs exactly one `patientID`.
 * `requestType=STUDY` needs exactly one kind of `studyUID` or `accessionNumber`, with one or several values.
 *
 * A `patientID` beside studies says whose they are. It does not ask for all studies of the patient.
 *
 * @param levels `request.IID.level`; by default, both.
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
      'is missing: PATIENT with patientID, or STUDY with studyUID or accessionNumber',
      parameters,
    );
  if (more.length > 0 || (type !== 'PATIENT' && type !== 'STUDY'))
    throw invalidParameter('requestType', 'must be PATIENT or STUDY');
  if (levels && !levels.includes(type))
    throw invalidParameter(
      'requestType',
      `must not be ${type} on this server (request.IID.level)`,
      'server.parameter.not-allowed',
    );
  const { criteria } = search;
  const finer = { seriesUID: criteria.seriesInstanceUids, objectUID: criteria.sopInstanceUids };
  const studies = { studyUID: criteria.studyInstanceUids, accessionNumber: criteria.accessionNumbers };
  if (type === 'PATIENT') {
    exclude({ ...studies, ...finer }, type);
    const { length } = criteria.patientIds;
    if (length === 0) throw needed('patientID', 'is missing: requestType=PATIENT needs it', parameters);
    if (length > 1)
      throw invalidParameter(
        'patientID',
        `has ${length} values: requestType=PATIENT needs exactly one`,
        'server.parameter.repeated',
      );
    return search;
  }
  exclude(finer, type);
  const [kind, ...others] = Object.entries(studies).filter(([, values]) => values.length > 0);
  if (kind === undefined)
    throw needed('studyUID', 'is missing: requestType=STUDY needs it, or accessionNumber', parameters);
  if (others.length > 0)
    throw invalidParameter(
      'accessionNumber',
      'cannot be combined with studyUID. Send one of the two',
      'server.parameter.contradictory',
    );
  return { ...search, criteria: { ...criteria, patientIds: [] } };
}

/** Returns the error of a missing parameter, after those of misspelt names that are probably meant to be it. */
function needed(parameter: string, detail: string, parameters: readonly Parameter[]): BadParameters {
  const names = [...new Set(parameters.map(([name]) => name))];
  return new BadParameters([
    ...misspeltIdentifiers(names),
    { parameter, code: codes['server.parameter.missing'], detail },
  ]);
}

function exclude(kinds: Record<string, readonly string[]>, type: string): void {
  const present = Object.keys(kinds).filter((name) => kinds[name]?.length);
  if (present.length > 0)
    throw new BadParameters(
      present.map((parameter) => ({
        parameter,
        code: codes['server.parameter.contradictory'],
        detail: `cannot be combined with requestType=${type}`,
      })),
    );
}
