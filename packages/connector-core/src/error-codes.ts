import { errorTable } from './error-table.js';

/** The errors that any archive may have, whatever its language. */
export const errors = errorTable({
  'archive.unavailable': {
    title: 'Archive not reachable',
    meaning: 'No connection to the archive could be made, or it was lost.',
    remedy: 'Check that the archive runs, and that its address and port in the configuration are right.',
    since: '0.2.0',
  },
  'archive.timeout': {
    title: 'No answer in time',
    meaning: 'The archive did not answer completely before the deadline.',
    remedy: 'Request less, or check whether the archive is overloaded.',
    since: '0.2.0',
  },
  'archive.refused': {
    title: 'Refused by the archive',
    meaning: 'The archive was reached and refused the request.',
    remedy: 'Check the login, the AE titles and the permissions with the archive’s administrator.',
    since: '0.2.0',
  },
  'archive.misconfigured': {
    title: 'Configuration cannot work',
    meaning: 'The settings of this archive cannot work together.',
    remedy: 'Correct the settings that the message names.',
    since: '0.2.0',
  },
  'archive.protocol-violated': {
    title: 'Answer not understood',
    meaning: 'The archive answered with something that its protocol does not allow.',
    remedy: 'Report the message to the archive’s administrator or manufacturer.',
    since: '0.2.0',
  },
  'archive.cancelled': {
    title: 'Request cancelled',
    meaning: 'The caller left before the answer was complete. Nothing is wrong with the archive.',
    remedy: 'Nothing needs to be done.',
    since: '0.2.0',
  },
  'archive.open-files.limit-reached': {
    title: 'Limit of open files reached',
    meaning: 'This server has as many files and connections open as the operating system allows.',
    remedy: 'Raise the limit of open files (LimitNOFILE of systemd, ulimit -n) and restart the server.',
    since: '0.2.0',
  },
  'archive.plugin.missing': {
    title: 'Type without a plug-in',
    meaning: 'No installed plug-in knows the type of this archive.',
    remedy: 'Correct the type, or name the package of the plug-in in connector.plugins.',
    since: '0.2.0',
  },
  'archive.settings.warning': {
    title: 'Settings that look like a mistake',
    meaning: 'The settings of an archive look like a mistake. They do not stop the connector.',
    remedy: 'Read the warning, and correct the setting that it names if it is a mistake.',
    since: '0.2.0',
  },
  'archive.search.identifier-deactivated': {
    title: 'Not searched by an identifier',
    meaning: 'The archive is not searched by an identifier whose kind is in its search-criteria.deactivated.',
    remedy: 'Nothing needs to be done if this is intended. Otherwise remove the kind from search-criteria.deactivated.',
    since: '0.2.0',
  },
  'archive.identifier.differs': {
    title: 'Another identifier',
    meaning:
      'The archive returned studies of another Patient ID or Accession Number than the requested one. They are left out.',
    remedy:
      'Check the identifier. If it differs by letter case or leading zeros only, search by its spelling in the archive.',
    since: '0.2.0',
  },
  'archive.identifier.other-patient-id': {
    title: 'Found by another Patient ID',
    meaning:
      'The studies shown have another Patient ID. Their Other Patient IDs contain the requested one, as after a merge.',
    remedy: 'Nothing needs to be done. Search by the new Patient ID in future.',
    since: '0.2.0',
  },
  'archive.study-date.unreadable': {
    title: 'Study Date cannot be read',
    meaning: 'The archive returned studies whose Study Date is not a date, so filters by date cannot judge them.',
    remedy: 'Correct the Study Date of these studies in the archive.',
    since: '0.2.0',
  },
  'archive.notice': {
    title: 'Notice without a code',
    meaning: 'A plug-in reported a notice without a code of its own.',
    remedy: 'Read the notice. The maintainer of the plug-in can give it a code.',
    since: '0.2.0',
  },
});

export const { codes } = errors;
