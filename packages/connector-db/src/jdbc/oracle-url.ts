import { type DatabaseHost, type OracleAddress } from './database-address.js';
import { Parameters, readHost, readQuery } from './parameters.js';

const URL = 'jdbc:oracle:thin';
const DEFAULT_PORT = 1521;
const FORMS =
  'Expected one of @host:port:SID, @//host:port/service, @host:port/service, @tcps://host:port/service, ' +
  '@(DESCRIPTION=…), @alias.';

/**
 * Parses a URL of Oracle's thin JDBC driver: `jdbc:oracle:thin:[user/password]@` and a place. It has no escapes; a password with
 * special characters is in double quotes.
 *
 * @param rest the URL without `jdbc:oracle:`
 * @see https://docs.oracle.com/en/database/oracle/oracle-database/23/jjdbc/data-sources-and-URLs.html
 */
export function parseOracleUrl(rest: string): OracleAddress {
  const driver = /^(thin|oci8?):/i.exec(rest);
  if (!driver) throw new Error(`The jdbc:oracle URL cannot be read. It begins with ${URL}:. ${FORMS}`);
  const body = rest.slice(driver[0].length);
  const { credentials, place } = splitCredentials(body);
  const address: OracleAddress = {
    engine: 'oracle',
    ...readCredentials(credentials),
    ...readPlace(place),
  };
  if (!/^thin/i.test(rest)) {
    address.warnings.push(`The URL asks for Oracle's client library (oci); the connection is made without it.`);
  }
  return address;
}

/** Splits credentials and place at the last `@` between them. An `@` within quotes or a descriptor does not count. */
function splitCredentials(body: string): { credentials: string; place: string } {
  const limit = body.search(/\(\s*(?:DESCRIPTION|ADDRESS)/i);
  let at = -1;
  for (const match of body.matchAll(/"[^"]*"|@/g)) {
    if (match[0] === '@' && (limit < 0 || match.index < limit)) at = match.index;
  }
  if (at < 0) throw new Error(`The ${URL} URL has no @ before its place. ${FORMS}`);
  return { credentials: body.slice(0, at), place: body.slice(at + 1).trim() };
}

function readCredentials(text: string): { user?: string; password?: string } {
  const match = /^("[^"]*"|[^/]*)(?:\/(.*))?$/s.exec(text);
  const [user, password] = [match?.[1], match?.[2]].map((part) => part?.replace(/^"(.*)"$/s, '$1') || undefined);
  return { user, password };
}

type Place = Omit<OracleAddress, 'engine' | 'user' | 'password'>;

function readPlace(place: string): Place {
  if (place.startsWith('(')) return { connectString: checkedDescriptor(place), hosts: [], warnings: [] };
  if (/^ldaps?:/i.test(place)) {
    throw new Error(`The ${URL} URL asks a directory (LDAP) for the place, which is not supported. ${FORMS}`);
  }
  const { bare, query } = splitQuery(place);
  const sid = /^([^:/]+|\[[^\]]+\]):(\d+):([\w$#.-]+)$/.exec(bare);
  if (sid) {
    const host = readHost(`${sid[1]}:${sid[2]}`, DEFAULT_PORT, URL);
    const descriptor =
      `(DESCRIPTION=(ADDRESS=(PROTOCOL=tcp)(HOST=${host.host})(PORT=${host.port}))` + `(CONNECT_DATA=(SID=${sid[3]})))`;
    return { connectString: descriptor, hosts: [host], sid: sid[3], ...readOptions(query).facts };
  }
  const easy = /^(?:(tcps?):)?(?:\/\/)?([^/]+)(?:\/([^/:?]*)(?::(\w+))?(?:\/(\w+))?)?$/i.exec(bare);
  if (easy && (easy[3] !== undefined || /:\d+$|^(?:tcps?:)?\/\//i.test(bare))) {
    const hosts = easyHosts(easy[2] ?? '');
    if (!easy[3]) throw new Error(`The ${URL} URL names a host and neither a service nor a SID. ${FORMS}`);
    const { facts, passedOn } = readOptions(query);
    return { connectString: bare + passedOn, hosts, serviceName: easy[3], ...facts };
  }
  if (/^[\w.$#-]+$/.test(bare)) return { connectString: bare, hosts: [], ...readOptions(query).facts };
  throw new Error(`The place in the ${URL} URL cannot be read. ${FORMS}`);
}

/** Reads `host1,host2:1521;host3:1522`. A port also applies to the hosts before it that have none. */
function easyHosts(text: string): DatabaseHost[] {
  const parts = text.split(/[,;]/);
  let port = DEFAULT_PORT;
  return parts
    .reverse()
    .map((part) => {
      const host = readHost(part, port, URL);
      port = host.port;
      return host;
    })
    .reverse();
}

function splitQuery(place: string): { bare: string; query: string } {
  const question = place.indexOf('?');
  return question < 0
    ? { bare: place, query: '' }
    : { bare: place.slice(0, question), query: place.slice(question + 1) };
}

/** Reads the parameters of Easy Connect Plus. Ours are removed; those of the client stay in its connect string. */
function readOptions(query: string): {
  facts: { warnings: string[]; configDir?: string; connectTimeoutMs?: number; socketTimeoutMs?: number };
  passedOn: string;
} {
  const parameters = new Parameters(URL, true);
  readQuery(query, parameters, (text) => text);
  const configDir = parameters.text('TNS_ADMIN');
  const connectTimeoutMs = parameters.duration(1, 'oracle.net.CONNECT_TIMEOUT');
  const socketTimeoutMs = parameters.duration(1, 'oracle.jdbc.ReadTimeout');
  const forClient = query.split('&').filter((pair) => CLIENT_PARAMETERS.has(pair.replace(/=.*/s, '').toLowerCase()));
  parameters.ignore(...CLIENT_PARAMETERS);
  return {
    facts: { warnings: parameters.unknownWarnings(), configDir, connectTimeoutMs, socketTimeoutMs },
    passedOn: forClient.length > 0 ? `?${forClient.join('&')}` : '',
  };
}

/** What node-oracledb's thin mode reads in an Easy Connect string. */
const CLIENT_PARAMETERS = new Set([
  'compression',
  'connect_timeout',
  'connection_id_prefix',
  'enable',
  'failover',
  'https_proxy',
  'https_proxy_port',
  'load_balance',
  'pool_boundary',
  'pool_connection_class',
  'pool_purity',
  'recv_buf_size',
  'recv_timeout',
  'retry_count',
  'retry_delay',
  'sdu',
  'send_buf_size',
  'service_tag',
  'source_route',
  'ssl_allow_weak_dn_match',
  'ssl_server_cert_dn',
  'ssl_server_dn_match',
  'tls_allow_weak_dn_match',
  'tls_server_cert_dn',
  'tls_server_dn_match',
  'transport_connect_timeout',
  'use_sni',
  'wallet_location',
]);

function checkedDescriptor(text: string): string {
  let depth = 0;
  let open = true;
  for (const character of text) {
    if (!open && /\S/.test(character)) depth = Number.NaN;
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (depth === 0) open = false;
  }
  if (depth !== 0) throw new Error(`The parentheses of the descriptor in the ${URL} URL do not match.`);
  return text;
}
