import { type Connector, type Notice } from './connector.js';
import { codes } from './error-codes.js';
import { identifierKindsOf, type IdentifierKind, type SearchCriteria } from './criteria.js';

/** The names of the identifiers, for users. */
const NAMES: Record<IdentifierKind, string> = {
  patientIds: 'Patient ID',
  studyInstanceUids: 'Study Instance UID',
  accessionNumbers: 'Accession Number',
  seriesInstanceUids: 'Series Instance UID',
  sopInstanceUids: 'SOP Instance UID',
};

/**
 * Returns a connector that ignores the kinds of identifier in `deactivated` (`search-criteria.deactivated`). It searches by the
 * other kinds, and does not query the archive if there are none. A notice names the kinds that were ignored.
 */
export function limitCriteria(connector: Connector, deactivated: readonly IdentifierKind[]): Connector {
  if (deactivated.length === 0) return connector;
  return {
    id: connector.id,
    type: connector.type,
    ...(connector.warnings && { warnings: connector.warnings }),
    check: (signal) => connector.check(signal),
    ...(connector.sampleStudy && { sampleStudy: (signal: AbortSignal) => connector.sampleStudy!(signal) }),
    ...(connector.browse && { browse: (...search) => connector.browse!(...search) }),
    ...(connector.retrieve && { retrieve: (...request) => connector.retrieve!(...request) }),
    ...(connector.connections && { connections: () => connector.connections!() }),
    close: () => connector.close(),
    async search(criteria, options) {
      const skipped = identifierKindsOf(criteria).filter((kind) => deactivated.includes(kind));
      if (skipped.length === 0) return connector.search(criteria, options);
      const notice = skippedNotice(connector.id, skipped);
      const remaining = without(criteria, skipped);
      if (identifierKindsOf(remaining).length === 0) return { patients: [], notices: [notice] };
      const result = await connector.search(remaining, options);
      return { ...result, notices: [notice, ...result.notices] };
    },
  };
}

function without(criteria: SearchCriteria, kinds: readonly IdentifierKind[]): SearchCriteria {
  return { ...criteria, ...Object.fromEntries(kinds.map((kind) => [kind, []])) };
}

function skippedNotice(id: string, kinds: readonly IdentifierKind[]): Notice {
  return {
    severity: 'INFO',
    code: codes['archive.search.identifier-deactivated'],
    title: 'Not searched',
    description: `Archive ${id} was not searched by ${kinds.map((kind) => NAMES[kind]).join(', ')}: its configuration does not allow it (search-criteria.deactivated).`,
  };
}
