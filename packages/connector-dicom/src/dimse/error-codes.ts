import { errorTable } from '@pacs-connectors/connector-core';

/** The errors and notices of archives that are asked by C-FIND. */
export const errors = errorTable({
  'dicom.answer.cut': {
    title: 'Answer cut',
    meaning:
      'The archive ended an answer with a failure status after some matches. The matches that came are shown; further ones may be missing.',
    remedy: 'Search for less, or raise the archive’s limit on the number of matches.',
    since: '0.2.0',
  },
  'dicom.answer.cut-silently': {
    title: 'Answer cut silently',
    meaning:
      'The archive ends answers at a limit with the status of success. Queries by ranges of Study Date find further studies; studies without a date, series and images may be missing.',
    remedy: 'Raise the archive’s limit on the number of matches.',
    since: '0.2.0',
  },
  'dicom.answer.malformed': {
    title: 'Answer malformed',
    meaning: 'The archive sent a message that breaks the rules of DICOM, and it cannot be read.',
    remedy: 'Read the archive’s log, or ask its manufacturer.',
    since: '0.2.0',
  },
  'dicom.answer.unreadable': {
    title: 'Answer unreadable',
    meaning: 'The archive sent bytes that are not a DICOM message.',
    remedy: 'Read the archive’s log.',
    since: '0.2.0',
  },
  'dicom.association.aborted': {
    title: 'Association aborted',
    meaning: 'The archive aborted the association. Some archives do so to callers that they do not know.',
    remedy: 'Check that the archive knows calling-aet and allows it to query, and read its log.',
    since: '0.2.0',
  },
  'dicom.association.application-context-unsupported': {
    title: 'Application context not supported',
    meaning: 'The archive rejected the association because it does not support the application context of DICOM.',
    remedy: 'Check that a DICOM archive listens on that port.',
    since: '0.2.0',
  },
  'dicom.association.called-ae-unknown': {
    title: 'Called AE title unknown',
    meaning: 'The archive rejected the association because it does not have the AE title that was called.',
    remedy:
      'Set aet to the archive’s own AE title; letter case counts. Some archives give this reason for an unknown calling-aet.',
    since: '0.2.0',
  },
  'dicom.association.calling-ae-unknown': {
    title: 'Calling AE title unknown',
    meaning: 'The archive rejected the association because it does not know our AE title.',
    remedy: 'Add calling-aet to the archive’s known AE titles.',
    since: '0.2.0',
  },
  'dicom.association.closed': {
    title: 'Connection closed',
    meaning: 'The archive closed the connection before its answer was complete.',
    remedy: 'Read the archive’s log.',
    since: '0.2.0',
  },
  'dicom.association.congestion': {
    title: 'Archive congested',
    meaning: 'The archive rejected an association because it is busy.',
    remedy: 'Try again later, or set a smaller max-associations.',
    since: '0.2.0',
  },
  'dicom.association.find-not-offered': {
    title: 'C-FIND not offered',
    meaning: 'The archive accepted the association, but none of the query models.',
    remedy: 'Enable queries for our AE title, or set information-model to the model that the archive offers.',
    since: '0.2.0',
  },
  'dicom.association.limit-reached': {
    title: 'Limit of associations reached',
    meaning: 'The archive rejected an association because it has as many as it allows.',
    remedy: 'Set max-associations to the number that the archive allows, or raise its limit.',
    since: '0.2.0',
  },
  'dicom.association.limit-suspected': {
    title: 'Further association failed',
    meaning:
      'One association to the archive works, and a further one could not be opened. Queries go on with those that work.',
    remedy: 'Set max-associations to the number of associations that the archive serves at once.',
    since: '0.2.0',
  },
  'dicom.association.protocol-version-unsupported': {
    title: 'Protocol version not supported',
    meaning: 'The archive rejected the association because it does not support this version of the protocol.',
    remedy: 'Check that a DICOM archive listens on that port.',
    since: '0.2.0',
  },
  'dicom.association.rejected': {
    title: 'Association rejected',
    meaning: 'The archive rejected the association without a reason that says more.',
    remedy: 'Ask the archive’s administrator for its log. Often our AE title or address is unknown to it.',
    since: '0.2.0',
  },
  'dicom.association.timeout': {
    title: 'No association in time',
    meaning: 'The archive did not accept an association within connect-timeout.',
    remedy: 'Check that a DICOM archive listens on that port, and that no firewall is in between.',
    since: '0.2.0',
  },
  'dicom.association.unanswered': {
    title: 'No answer to the association request',
    meaning: 'The connection was closed without an answer to the association request.',
    remedy: 'Check the port, and whether the archive requires TLS (tls.mode).',
    since: '0.2.0',
  },
  'dicom.connection.failed': {
    title: 'Connection failed',
    meaning: 'The connection to the archive failed for a reason without a code of its own.',
    remedy: 'Check host and port.',
    since: '0.2.0',
  },
  'dicom.connection.file-limit': {
    title: 'Limit of open files reached',
    meaning: 'A connection could not be made because this server has as many files and connections open as it may.',
    remedy: 'Raise the limit of open files (LimitNOFILE of systemd, ulimit -n) and restart the server.',
    since: '0.2.0',
  },
  'dicom.connection.host-unknown': {
    title: 'Host name unknown',
    meaning: 'The host name of the archive is unknown to the name server.',
    remedy: 'Correct host, or check that the name server answers.',
    since: '0.2.0',
  },
  'dicom.connection.lost': {
    title: 'Connection lost',
    meaning: 'The connection to the archive was reset.',
    remedy: 'Read the archive’s log, and check whether it requires TLS.',
    since: '0.2.0',
  },
  'dicom.connection.refused': {
    title: 'Connection refused',
    meaning: 'Nothing listens at the host and port of the archive.',
    remedy: 'Check that the archive runs and listens on that port.',
    since: '0.2.0',
  },
  'dicom.connection.unreachable': {
    title: 'Host unreachable',
    meaning: 'There is no way through the network to the archive.',
    remedy: 'Check that host is right, and that no firewall is in between.',
    since: '0.2.0',
  },
  'dicom.connector.closed': {
    title: 'Connector closed',
    meaning:
      'The connector was closed while it was searching, because the configuration was reloaded or the server is stopping.',
    remedy: 'Search again.',
    since: '0.2.0',
  },
  'dicom.echo.timeout': {
    title: 'No answer to C-ECHO',
    meaning: 'The archive did not answer the C-ECHO of the health check in time.',
    remedy: 'Check whether the archive runs and is overloaded. echo-timeout sets the time.',
    since: '0.2.0',
  },
  'dicom.find.broken-off': {
    title: 'Answer broken off',
    meaning: 'The archive ended its answer with the status 0xFE00 before all matches were sent.',
    remedy: 'Search for less, or raise the archive’s limit on the number of matches.',
    since: '0.2.0',
  },
  'dicom.find.failed': {
    title: 'Query failed',
    meaning: 'The archive answered a C-FIND with a failure status.',
    remedy: 'Read the archive’s log.',
    since: '0.2.0',
  },
  'dicom.find.identifier-mismatch': {
    title: 'Identifier does not match SOP class',
    meaning: 'The archive answered a C-FIND with the status 0xA900: it does not accept a key of the query.',
    remedy: 'Set information-model to the model that the archive offers, or search by another identifier.',
    since: '0.2.0',
  },
  'dicom.find.not-authorized': {
    title: 'Query not authorized',
    meaning: 'The archive does not allow our AE title to query.',
    remedy: 'Allow this AE title to query in the archive.',
    since: '0.2.0',
  },
  'dicom.find.out-of-resources': {
    title: 'Archive out of resources',
    meaning: 'The archive answered a C-FIND with a status 0xA7xx. Often a query has too many matches for it.',
    remedy: 'Search for less, or raise the archive’s limits.',
    since: '0.2.0',
  },
  'dicom.find.patient-id-required': {
    title: 'Patient ID required',
    meaning: 'The archive is queried in the Patient Root model, and refused a query that names no patient.',
    remedy: 'Search by Patient ID, or set information-model to study if the archive offers Study Root.',
    since: '0.2.0',
  },
  'dicom.find.sop-class-unsupported': {
    title: 'SOP class not supported',
    meaning: 'The archive does not support the query model of a C-FIND.',
    remedy: 'Enable C-FIND of Study Root or Patient Root in the archive.',
    since: '0.2.0',
  },
  'dicom.find.unable-to-process': {
    title: 'Unable to process',
    meaning: 'The archive answered a C-FIND with a status 0xCxxx.',
    remedy: 'Read the archive’s log.',
    since: '0.2.0',
  },
  'dicom.images.missing': {
    title: 'Images missing',
    meaning: 'The archive counts more images than it lists.',
    remedy: 'Compare with the archive itself, and check its limits on the number of matches.',
    since: '0.2.0',
  },
  'dicom.issuer.not-checked': {
    title: 'Issuer not checked',
    meaning: 'The archive does not return who issued a Patient ID. All studies with that Patient ID are shown.',
    remedy: 'Check that all studies belong to the patient.',
    since: '0.2.0',
  },
  'dicom.issuer.unknown': {
    title: 'Issuer unknown',
    meaning: 'Some studies have no issuer of their Patient ID while others have one. They are not shown.',
    remedy: 'Ask the archive’s administrator to add the issuer, or search without one.',
    since: '0.2.0',
  },
  'dicom.matches.malformed': {
    title: 'Matches unreadable',
    meaning: 'Some matches of an answer cannot be read. They are missing; the others are shown.',
    remedy: 'Report it to the archive’s manufacturer.',
    since: '0.2.0',
  },
  'dicom.matches.without-key': {
    title: 'Matches without the searched value',
    meaning: 'The archive returned studies without the value that was searched for. They are missing.',
    remedy: 'Report it to the archive’s manufacturer.',
    since: '0.2.0',
  },
  'dicom.matches.without-uid': {
    title: 'Matches without a valid UID',
    meaning: 'The archive returned matches that have no valid UID. They are missing.',
    remedy: 'Ask the archive’s administrator to correct these UIDs.',
    since: '0.2.0',
  },
  'dicom.peer.http': {
    title: 'Port of a web server',
    meaning: 'The port answered in HTTP instead of DICOM.',
    remedy: 'Set port to the archive’s DICOM port.',
    since: '0.2.0',
  },
  'dicom.peer.not-dicom': {
    title: 'Not a DICOM port',
    meaning: 'The port answered with something that is not DICOM.',
    remedy: 'Set port to the archive’s DICOM port.',
    since: '0.2.0',
  },
  'dicom.peer.tls-required': {
    title: 'TLS required',
    meaning: 'The port answered in TLS, but the connector has no TLS configured.',
    remedy: 'Set tls.mode and the truststore.',
    since: '0.2.0',
  },
  'dicom.queries.failed': {
    title: 'Queries failed',
    meaning:
      'Some queries of a search failed, by a lost connection or a deadline for instance. Their part is missing; what came is shown.',
    remedy: 'Read the reason in the notice.',
    since: '0.2.0',
  },
  'dicom.queries.refused': {
    title: 'Queries refused',
    meaning: 'The archive refused some queries of a search. Their part is missing.',
    remedy: 'Read the reason in the notice.',
    since: '0.2.0',
  },
  'dicom.query.cancelled': {
    title: 'Query cancelled',
    meaning: 'The caller left before the answer was complete.',
    remedy: 'Nothing needs to be done.',
    since: '0.2.0',
  },
  'dicom.query.deadline-passed': {
    title: 'No answer before the deadline',
    meaning: 'The archive did not answer completely within the timeout of its connector.',
    remedy: 'Raise timeout of the connector, or check whether the archive is overloaded.',
    since: '0.2.0',
  },
  'dicom.query.unanswered': {
    title: 'Nothing heard before the deadline',
    meaning: 'Nothing was heard from the archive within the timeout of its connector.',
    remedy: 'Check that the archive runs, and that no firewall is in between; or raise timeout of the connector.',
    since: '0.2.0',
  },
  'dicom.response.timeout': {
    title: 'Archive silent',
    meaning: 'The archive sent nothing for response-timeout while it owed an answer.',
    remedy: 'Check whether the archive is overloaded, or raise response-timeout.',
    since: '0.2.0',
  },
  'dicom.search.uid-alone-unproven': {
    title: 'Search by UID alone unproven',
    meaning: 'A series or image was not found by its UID alone. The archive has not shown that it can search so.',
    remedy: 'Search by the study or the patient.',
    since: '0.2.0',
  },
  'dicom.series.empty': {
    title: 'Series without images',
    meaning: 'The archive lists series, but no images in them.',
    remedy: 'Compare with the archive itself.',
    since: '0.2.0',
  },
  'dicom.series.missing': {
    title: 'Series missing',
    meaning: 'The archive counts more series than it lists.',
    remedy: 'Compare with the archive itself, and check its limits on the number of matches.',
    since: '0.2.0',
  },
  'dicom.studies.empty': {
    title: 'Studies without content',
    meaning: 'The archive lists studies, but nothing in them.',
    remedy: 'Compare with the archive itself.',
    since: '0.2.0',
  },
  'dicom.studies.fewer-than-counted': {
    title: 'Fewer studies than counted',
    meaning: 'The archive counts more studies of the patient than it lists.',
    remedy: 'Raise the archive’s limit on the number of matches.',
    since: '0.2.0',
  },
  'dicom.studies.missing': {
    title: 'Studies missing',
    meaning: 'The archive lists images, but not the studies that they belong to.',
    remedy: 'Compare with the archive itself.',
    since: '0.2.0',
  },
  'dicom.studies.undescribed': {
    title: 'Study without attributes',
    meaning:
      'The series or images were found, but the query for their study failed. They are shown without the attributes of study and patient.',
    remedy: 'Search again, or read the archive’s log.',
    since: '0.2.0',
  },
  'dicom.tls.key-store-incomplete': {
    title: 'Key store incomplete',
    meaning: 'The key store does not contain both a private key and its certificate.',
    remedy: 'Put both into it, or remove key-store if the archive requires no client certificate.',
    since: '0.2.0',
  },
  'dicom.tls.key-store-missing': {
    title: 'Key store missing',
    meaning: 'The archive requires a client certificate, and no key store is set.',
    remedy: 'Set key-store.',
    since: '0.2.0',
  },
  'dicom.tls.mode-missing': {
    title: 'tls.mode missing',
    meaning: 'A key store, a truststore or need-client-authentication is set, but tls.mode is not.',
    remedy: 'Set tls.mode to AES for TLS, or to false for none.',
    since: '0.2.0',
  },
  'dicom.tls.mode-rejected': {
    title: 'tls.mode rejected',
    meaning: 'The value of tls.mode is unknown, or stands for a connection that is not secure.',
    remedy: 'Set tls.mode to AES for TLS 1.2 or newer, or to false for no TLS.',
    since: '0.2.0',
  },
  'dicom.uids.conflicting-parents': {
    title: 'UIDs with two parents',
    meaning: 'The archive lists a UID under more than one parent. It is shown under one of them.',
    remedy: 'Compare with the archive itself.',
    since: '0.2.0',
  },
});

export const { codes } = errors;
