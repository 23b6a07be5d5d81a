import { type Archive } from './archive.js';
import { type PropertyLine } from './property-line.js';
import { type ArchiveMeaning } from './vocabulary.js';

/** Writes an archive as a connector of the first layout. */
export function writeConnector(archive: Archive): void {
  const type = archive.type;
  archive.set('type', type);
  archive.line('name')?.note('not needed', 'an archive is named by its id');
  archive.put('active', 'enabled', yesOrNo);
  writeImages(archive);
  if (type === 'DB') writeDatabase(archive);
  else if (type === 'DICOM') writePeer(archive);
  else archive.decide('older servers had no DICOMweb; write dicom-web-connector by hand (docs/configuration.md)');
  archive.closeOwn(`an archive of type ${type} does not use it`);
}

const IMAGES = 'wado.authentication';

/** Writes how the viewer retrieves images. */
function writeImages(archive: Archive): void {
  archive.put('transferSyntax', `${IMAGES}.transfer-syntax-uid`, trimmed);
  archive.put('compressionRate', `${IMAGES}.compression-rate`, (text, line) => {
    if (text.trim() !== '0') return number(text);
    line.note('not needed', '0 means no compression');
    return undefined;
  });
  archive.put('onlySopUid', `${IMAGES}.requireOnlySOPInstanceUID`, yesOrNo);
  archive.put('overrideTags', `${IMAGES}.overrideDicomTags`, trimmed);
  archive.put('httpTags', `${IMAGES}.httpTags`, headers);
  const fromUrl = writeAddress(archive);
  const line = archive.line('parameters');
  const parameters = [fromUrl, line && withoutEscapes(archive.valueOf(line).trim(), line)]
    .map((text) => text?.replace(/^[?&]/, ''))
    .filter((text) => text !== undefined && text !== '');
  if (parameters.length > 0) archive.set(`${IMAGES}.additionnalParameters`, `&${parameters.join('&')}`, line);
  const login = archive.line('webLogin');
  if (login) {
    const [user, password] = userAndPassword(archive.valueOf(login).trim());
    archive.set(`${IMAGES}.basic.login`, user, login);
    if (password !== undefined) archive.set(`${IMAGES}.basic.password`, password, login);
  }
  archive.put('login', `${IMAGES}.basic.login`);
  archive.put('password', `${IMAGES}.basic.password`);
}

/** Writes the address of the images. @returns the parameters in it, which belong into another key */
function writeAddress(archive: Archive): string | undefined {
  let parameters: string | undefined;
  const given = archive.put('wadoUrl', `${IMAGES}.basic.url`, (text, line) => {
    const [address = '', rest] = text.trim().split(/\?(.*)/s);
    if (rest) {
      line.note('taken', `${IMAGES}.additionnalParameters, the part after the question mark`);
      parameters = withoutEscapes(rest, line);
    }
    return address;
  });
  if (!given)
    archive.decide(
      'wado.url is missing; set wado.authentication.basic.url to the address from which Weasis fetches images',
    );
  return parameters;
}

/** Replaces each HTML-escaped `&amp;` in parameters by `&`. */
function withoutEscapes(parameters: string, line: PropertyLine): string {
  const plain = parameters.replace(/&(?:(?:amp|#0*38|#x0*26);)+/gi, '&');
  if (plain !== parameters) line.note('taken', `${IMAGES}.additionnalParameters with & for &amp;`);
  return plain;
}

function writePeer(archive: Archive): void {
  const peer = 'dicom-connector';
  require(archive, 'aet', `${peer}.aet`, 'pacs.aet, its AE title');
  require(archive, 'host', `${peer}.host`, 'pacs.host');
  require(archive, 'port', `${peer}.port`, 'pacs.port', number);
  if (!archive.put('callingAet', `${peer}.calling-aet`, trimmed)) {
    archive.set(`${peer}.calling-aet`, 'PACS-CONNECTOR');
    archive.decide(
      'no property contains the AE title of this server; PACS-CONNECTOR is written. Set calling-aet to a title that the archive knows',
    );
  }
  const encrypted = archive.put('tlsMode', `${peer}.tls.mode`, tlsMode);
  archive.put('characterSet', `${peer}.default-character-set`, trimmed);
  if (!encrypted) return;
  archive.put('tlsClient', `${peer}.tls.need-client-authentication`, yesOrNo);
  archive.put('keyStore', `${peer}.key-store.url`, storeAddress);
  archive.put('keyStoreType', `${peer}.key-store.type`);
  archive.put('keyStorePassword', `${peer}.key-store.key-store-password`);
  archive.put('keyPassword', `${peer}.key-store.password`);
  archive.put('trustStore', `${peer}.truststore.url`, storeAddress);
  archive.put('trustStoreType', `${peer}.truststore.type`);
  archive.put('trustStorePassword', `${peer}.truststore.password`);
}

const COLUMNS = {
  accessionColumn: ['accession-number-column', 'accessionNumber'],
  patientColumn: ['patient-id-column', 'patientId'],
  studyColumn: ['study-instance-uid-column', 'studyInstanceUid'],
  seriesColumn: ['serie-instance-uid-column', 'seriesInstanceUid'],
  instanceColumn: ['sop-instance-uid-column', 'sopInstanceUid'],
} satisfies Partial<Record<ArchiveMeaning, [key: string, alias: string]>>;

/** The columns that a select must return, by these names. */
const NEEDED_COLUMNS = ['studyInstanceUid', 'seriesInstanceUid', 'sopInstanceUid'];

function writeDatabase(archive: Archive): void {
  const database = 'db-connector';
  require(archive, 'dbUri', `${database}.uri`, 'the JDBC URL of the database');
  archive.put('dbDriver', `${database}.driver`, trimmed);
  archive.put('dbUser', `${database}.user`);
  archive.put('dbPassword', `${database}.password`);
  require(archive, 'select', `${database}.query.select`, 'a select', (text, line) => {
    const missing = NEEDED_COLUMNS.filter((name) => !new RegExp(`\\b${name}\\b`, 'i').test(text));
    if (missing.length > 0)
      line.note('to decide', `it returns no ${missing.join(', ')}; rename its columns (… as ${missing[0]})`);
    return text.trim().replace(/;$/, '');
  });
  const select = archive.line('select');
  for (const [meaning, [key, alias]] of Object.entries(COLUMNS) as [keyof typeof COLUMNS, [string, string]][]) {
    if (archive.put(meaning, `${database}.query.${key}`, trimmed) || !select) continue;
    const expression = new RegExp(`([\\w."]+)\\s+(?:as\\s+)?"?${alias}"?(?![\\w"])`, 'i').exec(
      archive.valueOf(select),
    )?.[1];
    if (expression) archive.set(`${database}.query.${key}`, expression, select);
    else
      archive.decide(
        `no property contains the column for a search; set db-connector.query.${key}, or deactivate that search`,
      );
  }
}

function require(
  archive: Archive,
  meaning: ArchiveMeaning,
  key: string,
  what: string,
  convert: (text: string, line: PropertyLine) => unknown = trimmed,
): void {
  if (!archive.put(meaning, key, convert)) archive.decide(`${what} is missing; set ${key}`);
}

function trimmed(text: string): string {
  return text.trim();
}

/** Returns a number as a number. Anything else stays, and `check` reports it. */
function number(text: string): number | string {
  return /^\s*\d{1,9}\s*$/.test(text) ? Number(text) : text.trim();
}

function yesOrNo(text: string): boolean | string {
  const word = text.trim().toLowerCase();
  return ['true', 'yes', 'on', '1'].includes(word) || (['false', 'no', 'off', '0'].includes(word) ? false : word);
}

function tlsMode(text: string, line: PropertyLine): string | undefined {
  const mode = text.trim().toUpperCase();
  if (['FALSE', 'NO', 'OFF', 'NONE'].includes(mode)) {
    line.note('not needed', 'no TLS is the default');
    return undefined;
  }
  if (!['AES', 'TLS', 'TRUE', 'YES', 'ON'].includes(mode))
    line.note('to decide', 'this mode is not secure and not supported; AES is written, which the archive must support');
  return 'AES';
}

/** Returns the address of a store unchanged. An address in the class path of the Java server cannot be read. */
function storeAddress(text: string, line: PropertyLine): string {
  if (/^(?:resource|classpath\*?):/i.test(text.trim()))
    line.note('to decide', 'class-path addresses are not supported; copy the file here and write its path');
  return text;
}

/** Reads `name:value,name:value`. A comma without a name after it belongs to the value. */
function headers(text: string, line: PropertyLine): Record<string, string> | undefined {
  const pairs = text.split(/[,;](?=\s*[\w-]+\s*:)/).map((pair) => /^\s*([\w-]+)\s*:\s*(.*?)\s*$/s.exec(pair));
  if (pairs.every((pair) => pair !== null)) return Object.fromEntries(pairs.map(([, name, value]) => [name!, value!]));
  line.note('to decide', 'it is not NAME:VALUE,NAME:VALUE; write wado.authentication.httpTags by hand');
  return undefined;
}

/** Reads `user:password`, plain or in base64. */
function userAndPassword(text: string): [user: string, password?: string] {
  const plain = text.includes(':') ? text : Buffer.from(text, 'base64').toString('utf8');
  const [, user, password] = /^([^:]+):(.*)$/s.exec(plain) ?? [];
  return user === undefined ? [text] : [user, password];
}
