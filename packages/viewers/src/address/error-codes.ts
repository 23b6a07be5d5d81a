import { errorTable } from '@pacs-connectors/connector-core';

/** Why a viewer cannot open what a request names. */
export const errors = errorTable({
  'viewer.address.too-long': {
    title: 'Launch address too long',
    meaning:
      'The launch address would be longer than 2,000 characters, and Windows drops such an address without a message.',
    remedy: 'Launch Weasis with a manifest, whose address stays short, or pass fewer values.',
    since: '0.2.0',
  },
  'viewer.address.value-unusable': {
    title: 'Value not possible in a launch address',
    meaning: "A value contains characters that would have another meaning in the viewer's launch address.",
    remedy: 'Remove the characters that the message names, or launch Weasis with a manifest.',
    since: '0.2.0',
  },
  'viewer.identifier.wildcard': {
    title: 'Identifier with wildcards',
    meaning: 'An identifier contains *, ? or \\, so the archive would also find other patients or studies.',
    remedy: 'Identify the study by its Study Instance UID, or launch Weasis with a manifest.',
    since: '0.2.0',
  },
  'viewer.launch.unsupported': {
    title: 'Launch not supported by the viewer',
    meaning: 'The viewer cannot open this kind of launch, such as several studies or a patient ID with an issuer.',
    remedy: 'Change the parameter that the message names, or launch Weasis with a manifest.',
    since: '0.2.0',
  },
  'viewer.parameter.disabled': {
    title: 'Parameter disabled',
    meaning: 'The configuration of this server does not allow callers to use this parameter of Weasis.',
    remedy: 'Leave the parameter out, or set weasis.allow in the configuration.',
    since: '0.2.0',
  },
  'viewer.archive.not-configured': {
    title: 'Archive not configured for the viewer',
    meaning: "The viewer's settings contain no address at which desktops reach the archive.",
    remedy: 'Set the key that the message names, or choose another viewer.',
    since: '0.2.0',
  },
});

export const { codes } = errors;
