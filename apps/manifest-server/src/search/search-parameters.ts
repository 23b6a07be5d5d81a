import { type IdentifierKind } from '@pacs-connectors/connector-core';
import { type Search, VIEWERS } from './search.js';
import {
  accessionNumber,
  count,
  dateTime,
  descriptionText,
  modality,
  oneOf,
  patientIdentifier,
  property,
  type ReadValue,
  saysNo,
  text,
  uid,
} from './values.js';

/** How often a parameter may come: once; repeated; repeated and with several values between commas. */
export type Multiplicity = 'once' | 'repeated' | 'list';

/** One search parameter: how it is read, and what is told of it in the API's description. */
export interface SearchParameter {
  /** Case-sensitive. */
  name: string;
  description: string;
  example?: string;
  multiplicity: Multiplicity;
  /** Present is enough: `&gzip`, `&gzip=true`; what says no is told by {@link saysNo}. */
  flag?: true;
  /** The kind of identifier that it is, where it is one. */
  identifies?: IdentifierKind;
  /** Given to Weasis as it is: nothing is looked for by it. */
  handedOn?: true;
  /** Reads one value. @throws Unreadable */
  read: ReadValue<unknown>;
  /** Puts the values read into the search. There is at least one, and one exactly where {@link multiplicity} is `once`. */
  put(search: Search, values: unknown[]): void;
}

/** Parameters whose meaning is another's, here or in a later step, or that older callers send and nobody reads. */
export const IGNORED_PARAMETERS = ['target', 'cdb', 'ext'];

/**
 * The search parameters. Reading a request, checking it and describing the API all go by this table.
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
      'Ids of the connectors that are asked. None: those of `connector.default`. Where one of them is not known, every connector is asked.',
  }),
  one('mostRecentResults', count, (search, value) => (search.criteria.filters.mostRecentResults = value), {
    description: 'The N newest studies of each archive.',
    example: '5',
  }),
  many('modalitiesInStudy', modality, (search, values) => (search.criteria.filters.modalitiesInStudy = values), {
    description: 'Studies that hold at least one of these modalities.',
    example: 'CT,MR',
  }),
  many(
    'containsInDescription',
    descriptionText,
    (search, values) => (search.criteria.filters.containsInDescription = values),
    {
      description: 'Studies whose description holds at least one of these texts; letter case and accents do not count.',
    },
  ),
  one('lowerDateTime', dateTime, (search, value) => (search.criteria.filters.lowerDateTime = value), {
    description:
      "Earliest study date and time, inclusive: ISO 8601, a date alone allowed. With a zone it is turned into the server's local time, without one it is taken as local.",
    example: '2024-01-31T13:45:00',
  }),
  one('upperDateTime', dateTime, (search, value) => (search.criteria.filters.upperDateTime = value), {
    description: 'Latest study date and time, inclusive; as `lowerDateTime`.',
    example: '2024-12-31',
  }),
  one('viewer', oneOf(VIEWERS), (search, value) => (search.viewer = value), {
    description: `The viewer that is launched: ${VIEWERS.join(', ')}.`,
  }),
  repeated('pro', property, (search, values) => (search.launch.pro = values.filter((value) => value.trim())), {
    handedOn: true,
    description: 'Properties handed on to Weasis, `key value` each, in quotes or without.',
  }),
  repeated('arg', text(2048), (search, values) => (search.launch.arg = values), {
    handedOn: true,
    description: 'Commands handed on to Weasis.',
  }),
  one('config', text(256), (search, value) => (search.launch.config = value), {
    handedOn: true,
    description: 'Launch configuration handed on to Weasis.',
  }),
  one('user', text(256), (search, value) => (search.launch.user = value), {
    handedOn: true,
    description: 'User handed on to Weasis.',
  }),
  one('host', text(256), (search, value) => (search.launch.host = value), {
    handedOn: true,
    description: 'Host handed on to Weasis.',
  }),
  one('client', text(256), (search, value) => (search.launch.client = value), {
    handedOn: true,
    description: 'Client handed on to Weasis.',
  }),
  {
    ...one('skipWeasisManifestCache', text(16), (search, value) => (search.skipCache = !saysNo(value)), {
      description: 'Builds the manifest anew, whatever is kept from an earlier request.',
    }),
    flag: true,
  },
];

/** The parameter that a kind of identifier comes in. */
export function parameterOf(kind: IdentifierKind): string {
  return SEARCH_PARAMETERS.find(({ identifies }) => identifies === kind)?.name ?? kind;
}

type About = Pick<SearchParameter, 'description' | 'example' | 'identifies' | 'handedOn'>;

function many<Value>(
  name: string,
  read: ReadValue<Value>,
  put: (search: Search, values: Value[]) => void,
  about: About,
): SearchParameter {
  return { name, multiplicity: 'list', read, put: put as SearchParameter['put'], ...about };
}

function repeated<Value>(
  name: string,
  read: ReadValue<Value>,
  put: (search: Search, values: Value[]) => void,
  about: About,
): SearchParameter {
  return { ...many(name, read, put, about), multiplicity: 'repeated' };
}

function one<Value>(
  name: string,
  read: ReadValue<Value>,
  put: (search: Search, value: Value) => void,
  about: About,
): SearchParameter {
  return { name, multiplicity: 'once', read, put: (search, values) => put(search, values[0] as Value), ...about };
}
