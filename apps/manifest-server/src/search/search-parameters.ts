import { type IdentifierKind } from '@pacs-connectors/connector-core';
import { type Search } from './search.js';
import {
  accessionNumber,
  count,
  dateTime,
  descriptionText,
  isFalse,
  modality,
  patientIdentifier,
  property,
  text,
  uid,
  viewerName,
} from './values.js';

/** How many values a parameter may have: one; several by repetition; several by repetition or separated by commas. */
export type Multiplicity = 'once' | 'repeated' | 'list';

/** One search parameter: how it is read, and its description in the API. */
export interface SearchParameter {
  /** Case-sensitive. */
  name: string;
  description: string;
  example?: string;
  multiplicity: Multiplicity;
  /** A flag: `&gzip`, `&gzip=true`. {@link isFalse} lists the values that mean false. */
  flag?: true;
  /** The kind of identifier, if it is one. */
  identifies?: IdentifierKind;
  /** Given to Weasis unchanged; the search does not use it. */
  forViewer?: true;
  /** Reads one value, given the names of the installed viewers. @throws Unreadable */
  read(value: string, viewers: readonly string[]): unknown;
  /** Puts the values read into the search. There is at least one, and one exactly where {@link multiplicity} is `once`. */
  put(search: Search, values: unknown[]): void;
}

/** Parameters of older callers that this server ignores. */
export const IGNORED_PARAMETERS = ['target', 'cdb', 'ext'];

/**
 * The search parameters. Requests are read and checked, and the API is described, by this table.
 */
export const SEARCH_PARAMETERS: readonly SearchParameter[] = [
  many('patientID', patientIdentifier, (search, values) => (search.criteria.patientIds = values), {
    identifies: 'patientIds',
    description: 'Patient IDs, each alone or with its issuer: `id`, `id^^^issuer`, `id^^^issuer&oid&ISO` (HL7 CX).',
    example: 'P-001^^^HOSPITAL',
  }),
  many('studyUID', uid, (search, values) => (search.criteria.studyInstanceUids = values), {
    identifies: 'studyInstanceUids',
    description: 'Study Instance UIDs.',
  }),
  many('accessionNumber', accessionNumber, (search, values) => (search.criteria.accessionNumbers = values), {
    identifies: 'accessionNumbers',
    description: 'Accession Numbers.',
  }),
  many('seriesUID', uid, (search, values) => (search.criteria.seriesInstanceUids = values), {
    identifies: 'seriesInstanceUids',
    description: 'Series Instance UIDs.',
  }),
  many('objectUID', uid, (search, values) => (search.criteria.sopInstanceUids = values), {
    identifies: 'sopInstanceUids',
    description: 'SOP Instance UIDs.',
  }),
  many('archive', text(256), (search, values) => (search.archives = values), {
    description:
      'Ids of the archives to search; default: those of `connector.default`. If one of them is unknown, all archives are searched.',
  }),
  one('mostRecentResults', count, (search, value) => (search.criteria.filters.mostRecentResults = value), {
    description: 'Only the newest studies of each archive, this many.',
    example: '5',
  }),
  many('modalitiesInStudy', modality, (search, values) => (search.criteria.filters.modalitiesInStudy = values), {
    description: 'Only studies with at least one of these modalities.',
    example: 'CT,MR',
  }),
  many(
    'containsInDescription',
    descriptionText,
    (search, values) => (search.criteria.filters.containsInDescription = values),
    {
      description:
        'Only studies whose description contains at least one of these texts. Letter case and accents are ignored.',
    },
  ),
  one('lowerDateTime', dateTime, (search, value) => (search.criteria.filters.lowerDateTime = value), {
    description:
      "Earliest study date, or date and time, inclusive, in ISO 8601. A time with a zone is converted to the server's local time; without a zone it is local.",
    example: '2024-01-31T13:45:00',
  }),
  one('upperDateTime', dateTime, (search, value) => (search.criteria.filters.upperDateTime = value), {
    description: 'Latest study date, or date and time, inclusive, in the form of `lowerDateTime`.',
    example: '2024-12-31',
  }),
  one(
    'viewer',
    (value, viewers) => viewerName(viewers)(value),
    (search, value) => (search.viewer = value),
    {
      description: 'Name of the viewer to launch. By default, `viewers.rules` choose it; without rules, Weasis.',
      example: 'WEASIS',
    },
  ),
  repeated('pro', property, (search, values) => (search.launch.pro = values.filter((value) => value.trim())), {
    forViewer: true,
    description: 'Preferences of Weasis, each `key value`, with or without quotes.',
  }),
  repeated('arg', text(2048), (search, values) => (search.launch.arg = values), {
    forViewer: true,
    description: 'Commands for Weasis.',
  }),
  one('config', text(256), (search, value) => (search.launch.config = value), {
    forViewer: true,
    description: 'Launch configuration of Weasis.',
  }),
  one('user', text(256), (search, value) => (search.launch.user = value), {
    forViewer: true,
    description: 'User for Weasis.',
  }),
  one('host', text(256), (search, value) => (search.launch.host = value), {
    forViewer: true,
    description: 'Host for Weasis.',
  }),
  one('client', text(256), (search, value) => (search.launch.client = value), {
    forViewer: true,
    description: 'Client for Weasis.',
  }),
  {
    ...one('skipWeasisManifestCache', text(16), (search, value) => (search.skipCache = !isFalse(value)), {
      description: 'Builds the manifest again, even if the cache has it.',
    }),
    flag: true,
  },
];

/** Returns the name of the parameter for a kind of identifier. */
export function parameterOf(kind: IdentifierKind): string {
  return SEARCH_PARAMETERS.find(({ identifies }) => identifies === kind)?.name ?? kind;
}

type About = Pick<SearchParameter, 'description' | 'example' | 'identifies' | 'forViewer'>;

function many<Value>(
  name: string,
  read: (value: string, viewers: readonly string[]) => Value,
  put: (search: Search, values: Value[]) => void,
  about: About,
): SearchParameter {
  return { name, multiplicity: 'list', read, put: put as SearchParameter['put'], ...about };
}

function repeated<Value>(
  name: string,
  read: (value: string, viewers: readonly string[]) => Value,
  put: (search: Search, values: Value[]) => void,
  about: About,
): SearchParameter {
  return { ...many(name, read, put, about), multiplicity: 'repeated' };
}

function one<Value>(
  name: string,
  read: (value: string, viewers: readonly string[]) => Value,
  put: (search: Search, value: Value) => void,
  about: About,
): SearchParameter {
  return { name, multiplicity: 'once', read, put: (search, values) => put(search, values[0] as Value), ...about };
}
