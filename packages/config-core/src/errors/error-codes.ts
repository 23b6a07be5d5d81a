import { errorTable } from '@pacs-connectors/connector-core';

/** What may be wrong with a configuration, or look so. */
export const errors = errorTable({
  'configuration.file.not-found': {
    title: 'Configuration file not found',
    meaning: 'A configuration file or folder does not exist.',
    remedy: 'Correct its path, or create it.',
    since: '0.2.0',
  },
  'configuration.file.unreadable': {
    title: 'Configuration file cannot be read',
    meaning: 'A configuration file exists, but cannot be read as UTF-8 text.',
    remedy: 'Let the server’s user read the file, and save it in UTF-8.',
    since: '0.2.0',
  },
  'configuration.file.not-yaml': {
    title: 'Configuration file in another format',
    meaning: 'A configuration file is not YAML, but Java properties or XML.',
    remedy: 'Convert properties with pacs-connectors import. Rewrite XML as YAML.',
    since: '0.2.0',
  },
  'configuration.folder.without-yaml': {
    title: 'Folder without configuration files',
    meaning: 'A configuration folder contains no *.yml or *.yaml.',
    remedy: 'Correct its path, or put the configuration files into it.',
    since: '0.2.0',
  },
  'configuration.yaml.broken': {
    title: 'Broken YAML',
    meaning: 'The text of a configuration file is not YAML that this server supports.',
    remedy: 'Correct the line that the message names. The message says what YAML expects there.',
    since: '0.2.0',
  },
  'configuration.yaml.profile': {
    title: 'Section for a profile',
    meaning: 'A section of the file is for a Spring profile. This server has no profiles and ignores the section.',
    remedy: 'Move its keys to a separate file, and use this file only on the servers that need it.',
    since: '0.2.0',
  },
  'configuration.layout.old': {
    title: 'Layout of an old version',
    meaning: 'The connectors are where old versions of the Java server had them. They are read from there.',
    remedy: 'Move them below connector.config.',
    since: '0.2.0',
  },
  'configuration.block.misplaced': {
    title: 'Key in the wrong place',
    meaning: 'A key, or a block of keys, has the wrong indentation or is below the wrong key.',
    remedy: 'Move it to the place that the message names.',
    since: '0.2.0',
  },
  'configuration.connector.none': {
    title: 'No connector',
    meaning: 'connector.config contains no connector.',
    remedy: 'Add at least one connector, by its id.',
    since: '0.2.0',
  },
  'configuration.connector.empty': {
    title: 'Connector without keys',
    meaning: 'An entry of connector.config sets nothing and is ignored.',
    remedy: 'Add the keys of the connector, or remove the entry.',
    since: '0.2.0',
  },
  'configuration.connector.id-invalid': {
    title: 'Connector id not valid',
    meaning: 'The id of a connector contains a comma or white space, or a dot without brackets.',
    remedy: 'Change the id. Write an id with a dot in brackets and quotes.',
    since: '0.2.0',
  },
  'configuration.connector.type-unknown': {
    title: 'Connector type unknown',
    meaning: 'No plug-in knows the type of a connector.',
    remedy: 'Correct the type, or name the package of the plug-in in connector.plugins.',
    since: '0.2.0',
  },
  'configuration.connector.not-usable': {
    title: 'Default connector not usable',
    meaning:
      'connector.default names a connector that is unknown, switched off or left out. All usable ones are searched instead.',
    remedy: 'Correct the id, or the connector that it names.',
    since: '0.2.0',
  },
  'configuration.guard.without-effect': {
    title: 'Access rule without effect',
    meaning: 'A key that limits access contains nothing, or is in the wrong place. The server does not start.',
    remedy: 'Write the value in the place that the message names, or remove the key.',
    since: '0.2.0',
  },
  'configuration.key.missing': {
    title: 'Required key missing',
    meaning: 'A required key is not set.',
    remedy: 'Set the key.',
    since: '0.2.0',
  },
  'configuration.key.repeated': {
    title: 'Key set twice',
    meaning: 'One file sets the same key twice.',
    remedy: 'Remove one of the two.',
    since: '0.2.0',
  },
  'configuration.key.unknown': {
    title: 'Unknown key',
    meaning: 'Nothing reads this key.',
    remedy: 'Correct its spelling, or remove it.',
    since: '0.2.0',
  },
  'configuration.key.unused': {
    title: 'Key without effect',
    meaning: 'A key has no effect without another one, or beside another one.',
    remedy: 'Set the other key as the message says, or remove this one.',
    since: '0.2.0',
  },
  'configuration.value.invalid': {
    title: 'Value not valid',
    meaning: 'The value of a key has the wrong form or is out of range.',
    remedy: 'Write a value of the form that the message names.',
    since: '0.2.0',
  },
  'configuration.value.unquoted': {
    title: 'Value without quotes',
    meaning: 'A value begins with a character that YAML itself uses, so YAML reads something else.',
    remedy: 'Put the value in quotes.',
    since: '0.2.0',
  },
  'configuration.value.ambiguous': {
    title: 'Value that may mean something else',
    meaning: 'A value is read as written, but may have another meaning: typographic quotes, a leading zero, or null.',
    remedy: 'Write the value so that it has one meaning.',
    since: '0.2.0',
  },
  'configuration.value.conflicting': {
    title: 'Conflicting values',
    meaning: 'Two keys have different values for the same setting.',
    remedy: 'Remove one of the two.',
    since: '0.2.0',
  },
  'configuration.viewer.unsupported': {
    title: 'Value that viewers cannot use',
    meaning: 'Weasis ignores this value, or cannot retrieve images with it.',
    remedy: 'Change the value as the message says.',
    since: '0.2.0',
  },
  'configuration.viewer-rule.never-applies': {
    title: 'Rule that never applies',
    meaning:
      'A rule of viewers.rules can never apply. It names an unknown viewer or archive, needs too many archives, or follows a rule for every launch.',
    remedy: 'Correct, move or remove the rule, or configure the viewer or archive that it names.',
    since: '0.2.0',
  },
  'configuration.timeout.too-long': {
    title: 'Deadline longer than viewers wait',
    meaning: 'The deadline of an archive is longer than Weasis waits for a manifest.',
    remedy: 'Set the deadline to 27s or less.',
    since: '0.2.0',
  },
  'configuration.placeholder.unresolved': {
    title: 'Placeholder not resolved',
    meaning: 'A value contains ${NAME}, and the environment has no variable of this name.',
    remedy: 'Set the variable, or add a default: ${NAME:default}.',
    since: '0.2.0',
  },
  'configuration.cipher.key-missing': {
    title: 'Key for encrypted values missing',
    meaning: 'A value is encrypted ({cipher}), and ENCRYPT_KEY is not set.',
    remedy: 'Set ENCRYPT_KEY in the environment of the server.',
    since: '0.2.0',
  },
  'configuration.cipher.undecryptable': {
    title: 'Encrypted value cannot be decrypted',
    meaning: 'An encrypted value is damaged, or was encrypted with another key or salt.',
    remedy: 'Set the ENCRYPT_KEY and ENCRYPT_SALT that it was encrypted with, or encrypt the value again.',
    since: '0.2.0',
  },
  'configuration.oauth2.client-unusable': {
    title: 'OAuth 2 client not usable',
    meaning: 'oidc-id names an OAuth 2 client that is not configured, or that has no address for tokens.',
    remedy: 'Add or complete the client below spring.security.oauth2.client.',
    since: '0.2.0',
  },
  'configuration.plugin.faulty': {
    title: 'Faulty plug-in',
    meaning: 'The plug-in of a connector does not work with this server.',
    remedy: 'Report it to the maintainer of the plug-in.',
    since: '0.2.0',
  },
  'configuration.plugin.name-taken': {
    title: 'Name used twice',
    meaning:
      'Two plug-ins have the same connector type or viewer name, and the second is ignored. Or a viewer has the name of a key of the server.',
    remedy: 'Remove one of the packages from connector.plugins, or ask its maintainer for another name. Then restart.',
    since: '0.2.0',
  },
});

export const { codes } = errors;
