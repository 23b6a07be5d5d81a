/** The meaning of a property of an archive. */
export type ArchiveMeaning = keyof typeof ARCHIVE_NAMES;
/** The meaning of a property of the server. */
export type ServerMeaning = keyof typeof SERVER_NAMES;

/** Names without separators, in lower case. {@link meaningOf} also tries them after the prefixes `arc.`, `pacs.`, … */
const ARCHIVE_NAMES = {
  id: ['arcid', 'id', 'archiveid'],
  name: ['name', 'description', 'label', 'title', 'displayname'],
  active: ['activate', 'activated', 'active', 'enable', 'enabled'],
  type: ['query', 'type', 'querytype', 'querymode', 'queryclass', 'protocol', 'connectiontype'],
  callingAet: ['callingaet', 'callingaetitle', 'callingae', 'aetcalling', 'localaet', 'clientaet', 'sourceaet'],
  aet: ['aet', 'aetitle', 'ae', 'calledaet', 'calledaetitle', 'serveraet', 'remoteaet'],
  host: ['host', 'hostname', 'address', 'ip', 'server'],
  port: ['port', 'dicomport'],
  tlsMode: ['tlsmode', 'tls'],
  tlsClient: ['tlsneedclientauth', 'tlsneedclientauthentication', 'needclientauthentication', 'needclientauth'],
  keyStore: named('keystore', ['', 'url', 'file', 'path']),
  keyStoreType: named('keystore', ['type']),
  keyStorePassword: named('keystore', ['keystorepassword', 'password', 'pass', 'pwd', 'storepassword']),
  keyPassword: [...named('key', ['password', 'pass', 'pwd']), ...named('keystore', ['keypassword', 'keypass'])],
  trustStore: named('truststore', ['', 'url', 'file', 'path']),
  trustStoreType: named('truststore', ['type']),
  trustStorePassword: named('truststore', ['password', 'pass', 'pwd']),
  wadoUrl: ['wadourl', 'wado', 'wadouri', 'wadobaseurl', 'wadoserver', 'urlwado', 'retrieveurl', 'wadoaddress'],
  webLogin: ['weblogin', 'wadoweblogin'],
  login: ['wadologin', 'wadouser', 'wadousername', 'webuser', 'webusername', 'httpuser', 'httplogin'],
  password: ['wadopassword', 'webpassword', 'httppassword', 'wadopwd', 'webpwd'],
  onlySopUid: named('wado', ['onlysopuid', 'requireonlysopinstanceuid', 'onlysopinstanceuid']).concat(
    'onlysopuid',
    'requireonlysopinstanceuid',
  ),
  parameters: named('wado', ['addparams', 'additionnalparameters', 'additionalparameters', 'parameters']).concat(
    'addparams',
    'additionnalparameters',
    'additionalparameters',
    'requestaddparams',
  ),
  overrideTags: named('wado', ['overridetags', 'overridedicomtags', 'overridedicomtagslist']).concat(
    'overridetags',
    'overridedicomtags',
    'overridedicomtagslist',
  ),
  httpTags: named('wado', ['httptags', 'httptag', 'httpheaders', 'headers']).concat(
    'httptags',
    'httptag',
    'httpheaders',
  ),
  transferSyntax: transferOf(['tsuid', 'transfersyntaxuid', 'transfersyntax']),
  compressionRate: transferOf(['compressionrate', 'compression']),
  dbUri: named('db', ['uri', 'url', 'jdbcurl']).concat('jdbcurl', 'jdbcuri', 'databaseurl', 'databaseuri'),
  dbDriver: named('db', ['driver', 'driverclass', 'driverclassname']).concat('jdbcdriver', 'databasedriver'),
  dbUser: named('db', ['user', 'username', 'login']).concat('jdbcuser', 'databaseuser'),
  dbPassword: named('db', ['password', 'pwd', 'pass']).concat('jdbcpassword', 'databasepassword'),
  select: ['select', 'sql', 'dbquery', 'dbselect', 'dbqueryselect', 'queryselect', 'dbsql', 'dbquerysql'],
  accessionColumn: columnOf(['accession', 'accessionnumber', 'accessionno']),
  patientColumn: columnOf(['patient', 'patientid', 'patid']),
  studyColumn: columnOf(['study', 'studyuid', 'studyinstanceuid', 'studyiuid']),
  seriesColumn: columnOf(['series', 'serie', 'seriesuid', 'seriesinstanceuid', 'serieinstanceuid', 'seriesiuid']),
  instanceColumn: columnOf(['instance', 'image', 'object', 'objectuid', 'sop', 'sopuid', 'sopinstanceuid', 'sopiuid']),
  characterSet: ['charset', 'characterset', 'encoding', 'specificcharacterset', 'dicomcharset'],
} satisfies Record<string, readonly string[]>;

const SERVER_NAMES = {
  hosts: ['hostsallow', 'hostsallowed', 'allowedhosts', 'allowhosts'],
  ids: ['requestids'],
  levels: ['requestiidlevel', 'requestiidlevels', 'iidlevel'],
  encryption: ['encryptkey', 'encryptionkey', 'patientencryptkey', 'encryptpassword', 'patientidencryptkey'],
  baseUrl: ['serverbaseurl', 'serverurl', 'baseurl'],
  life: ['maxlifecycle', 'manifestmaxlifecycle', 'maxlife', 'manifestlife', 'manifestlifetime', 'manifestmaxlife'],
} satisfies Record<string, readonly string[]>;

/** Keys that this server does not need, and why. They are tried after the tables above. */
const NOT_NEEDED: readonly [name: RegExp, reason: string][] = [
  [
    /^jnlp|jnlp|webstart|^codebase/,
    'Weasis is installed on the desktop and opened by weasis://; there is no Java Web Start',
  ],
  [
    /^weasis.*(url|path|context|dir)$|^cdb|^ext(url)?$/,
    'Weasis is installed on the desktop; this server does not deliver it',
  ],
  [
    /thread|concurren|pool(size)?$/,
    'this server searches all archives at the same time, each with its own deadline (timeout)',
  ],
  [/^log4?j?|^logging|^slf4j|^logback/, 'logging has other keys (docs/operations.md)'],
  [/^version$|^build|^configversion/, 'it is the version of another program'],
];

/** Words at the beginning of a key that only say whose it is. */
const PREFIXES: ReadonlySet<string> = new Set(['arc', 'archive', 'pacs', 'dicom', 'connector', 'node', 'tls']);
/** `aet` alone was the AE title of the server; with a prefix it is that of the archive. */
const OWN_AET: ReadonlySet<string> = new Set(['aet', 'aetitle']);

export type Meaning =
  { of: 'archive'; name: ArchiveMeaning } | { of: 'server'; name: ServerMeaning } | { of: 'nobody'; reason: string };

/** Returns the meaning of a key, ignoring separators, letter case and the prefixes that say whose it is. */
export function meaningOf(key: string): Meaning | undefined {
  const words = key.toLowerCase().split(/[._-]+/);
  if (OWN_AET.has(words.join(''))) return { of: 'archive', name: 'callingAet' };
  for (let from = 0; from < words.length; from++) {
    const name = words.slice(from).join('');
    const server = from === 0 ? SERVER.get(name) : undefined;
    if (server) return { of: 'server', name: server };
    const archive = ARCHIVE.get(name);
    if (archive) return { of: 'archive', name: archive };
    if (!PREFIXES.has(words[from]!)) break;
  }
  const reason = NOT_NEEDED.find(([name]) => name.test(words.join('')))?.[1];
  return reason === undefined ? undefined : { of: 'nobody', reason };
}

const ARCHIVE = byName(ARCHIVE_NAMES);
const SERVER = byName(SERVER_NAMES);

function byName<Name extends string>(names: Record<Name, readonly string[]>): ReadonlyMap<string, Name> {
  return new Map(
    (Object.entries(names) as [Name, readonly string[]][]).flatMap(([meaning, all]) =>
      all.map((name) => [name, meaning] as const),
    ),
  );
}

function named(prefix: string, names: readonly string[]): string[] {
  return names.map((name) => prefix + name);
}

function transferOf(names: readonly string[]): string[] {
  return ['', 'request', 'wado', 'wadorequest'].flatMap((prefix) => named(prefix, names));
}

/** Returns the names of a column's key: with `column` at the end, or with `db` at the beginning. */
function columnOf(names: readonly string[]): string[] {
  return names.flatMap((name) => [
    ...['', 'query', 'db', 'dbquery'].flatMap((prefix) => [`${prefix}${name}column`, `${prefix}${name}col`]),
    `db${name}`,
    `dbquery${name}`,
  ]);
}
