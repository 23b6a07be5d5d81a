import { describe, expect, test } from '@jest/globals';
import { knexClientOf, parseJdbcUrl } from './index.js';

describe('PostgreSQL', () => {
  test.each([
    ['jdbc:postgresql://db.example:5433/pacs', [{ host: 'db.example', port: 5433 }], 'pacs'],
    ['jdbc:postgresql://db.example/pacs', [{ host: 'db.example', port: 5432 }], 'pacs'],
    ['jdbc:postgresql://db.example/', [{ host: 'db.example', port: 5432 }], undefined],
    ['jdbc:postgresql://db.example', [{ host: 'db.example', port: 5432 }], undefined],
    ['jdbc:postgresql:///pacs', [{ host: 'localhost', port: 5432 }], 'pacs'],
    ['jdbc:postgresql:pacs', [{ host: 'localhost', port: 5432 }], 'pacs'],
    ['jdbc:postgresql:/', [{ host: 'localhost', port: 5432 }], undefined],
    ['jdbc:postgresql://[::1]:5433/pacs', [{ host: '::1', port: 5433 }], 'pacs'],
    ['jdbc:postgresql://[fe80::1%eth0]/pacs', [{ host: 'fe80::1%eth0', port: 5432 }], 'pacs'],
    [
      'jdbc:postgresql://one,two:5433,[::1]/my%20pacs',
      [
        { host: 'one', port: 5432 },
        { host: 'two', port: 5433 },
        { host: '::1', port: 5432 },
      ],
      'my pacs',
    ],
  ])('%s', (uri, hosts, database) => {
    expect(parseJdbcUrl(uri)).toMatchObject({ engine: 'postgresql', hosts, database, warnings: [] });
  });

  test('parameters: decoded as forms are, seconds as milliseconds, 0 for no limit', () => {
    const uri =
      'jdbc:postgresql://h/pacs?user=a%40b&password=p+q%26%3D&currentSchema=arc,public&connectTimeout=7&socketTimeout=0' +
      '&sslmode=verify-ca&sslrootcert=/etc/ca.pem&sslcert=/c.pem&sslkey=/k.pem&sslpassword=s&ApplicationName=viewer' +
      '&options=-c%20statement_timeout=5s&targetServerType=preferSlave&prepareThreshold=0&tcpKeepAlive=true';
    expect(parseJdbcUrl(uri, 'org.postgresql.Driver')).toEqual({
      engine: 'postgresql',
      hosts: [{ host: 'h', port: 5432 }],
      database: 'pacs',
      user: 'a@b',
      password: 'p q&=',
      schema: 'arc,public',
      connectTimeoutMs: 7000,
      socketTimeoutMs: undefined,
      ssl: { mode: 'verify-ca', caFile: '/etc/ca.pem', certFile: '/c.pem', keyFile: '/k.pem', keyPassword: 's' },
      applicationName: 'viewer',
      options: '-c statement_timeout=5s',
      targetServerType: 'preferSecondary',
      channelBinding: false,
      directTls: false,
      warnings: [],
    });
  });

  test.each([
    ['', 'prefer'],
    ['ssl', 'verify-full'],
    ['ssl=true', 'verify-full'],
    ['ssl=false', 'prefer'],
    ['ssl=true&sslmode=require', 'require'],
    ['sslmode=disable', 'disable'],
    ['sslmode=allow', 'prefer'],
    ['ssl=true&sslfactory=org.postgresql.ssl.NonValidatingFactory', 'require'],
  ])('TLS by ?%s is %s', (query, mode) => {
    expect(parseJdbcUrl(`jdbc:postgresql://h/d?${query}`)).toMatchObject({ ssl: { mode }, warnings: [] });
  });

  test('a login time-out and a connect time-out: the shorter one', () => {
    expect(parseJdbcUrl('jdbc:postgresql://h/d?loginTimeout=3&connectTimeout=7')).toMatchObject({
      connectTimeoutMs: 3000,
    });
  });

  test.each([
    ['jdbc:postgresql://h/d?connectTimeout=ten', 'connectTimeout'],
    ['jdbc:postgresql://h/d?connectTimeout=-1', 'connectTimeout'],
    ['jdbc:postgresql://h/d?sslmode=full', 'sslmode'],
    ['jdbc:postgresql://h/d?ssl=maybe', 'ssl'],
    ['jdbc:postgresql://h/d?sslmode=constructor', 'sslmode'],
    ['jdbc:postgresql://h/d?targetServerType=any1', 'targetServerType'],
    ['jdbc:postgresql://h:99999/d', 'port 1 to 65535'],
    ['jdbc:postgresql://h:port/d', 'port 1 to 65535'],
    ['jdbc:postgresql://h/d?user=50%', '%25'],
  ])('%s is refused by name', (uri, name) => {
    expect(() => parseJdbcUrl(uri)).toThrow(name);
  });

  test('an unknown parameter is a warning', () => {
    expect(parseJdbcUrl('jdbc:postgresql://h/d?colour=blue').warnings).toEqual([
      'The parameter colour of the jdbc:postgresql URL is unknown and is ignored. [db.url.parameter-unknown]',
    ]);
  });
});

describe('MySQL and MariaDB', () => {
  test.each([
    ['jdbc:mysql://db:3307/pacs', [{ host: 'db', port: 3307 }], 'pacs'],
    ['jdbc:mariadb://db/pacs', [{ host: 'db', port: 3306 }], 'pacs'],
    ['jdbc:mysql:///pacs', [{ host: 'localhost', port: 3306 }], 'pacs'],
    ['jdbc:mysql://db', [{ host: 'db', port: 3306 }], undefined],
    ['jdbc:mysql://[::1]:3307/pacs', [{ host: '::1', port: 3307 }], 'pacs'],
    [
      'jdbc:mysql://a,b:3307/pacs',
      [
        { host: 'a', port: 3306 },
        { host: 'b', port: 3307 },
      ],
      'pacs',
    ],
    [
      'jdbc:mysql://address=(host=a)(port=3308),(host=b,port=3309)/pacs',
      [
        { host: 'a', port: 3308 },
        { host: 'b', port: 3309 },
      ],
      'pacs',
    ],
    ['jdbc:mariadb://address=(host=::1)(port=3308)(type=master)/pacs', [{ host: '::1', port: 3308 }], 'pacs'],
  ])('%s', (uri, hosts, database) => {
    expect(parseJdbcUrl(uri)).toMatchObject({ engine: 'mysql', hosts, database, warnings: [] });
  });

  test('user, password and parameters', () => {
    const uri =
      'jdbc:mysql://us%40er:p%3Aw@db/pacs?connectTimeout=2500&socketTimeout=60000&characterEncoding=UTF-8' +
      '&serverTimezone=Europe/Zurich&allowPublicKeyRetrieval=true&useCompression=true&connectionCollation=utf8mb4_bin';
    expect(parseJdbcUrl(uri, 'com.mysql.cj.jdbc.Driver')).toMatchObject({
      user: 'us@er',
      password: 'p:w',
      connectTimeoutMs: 2500,
      socketTimeoutMs: 60_000,
      allowPublicKeyRetrieval: true,
      compress: true,
      collation: 'utf8mb4_bin',
      warnings: [],
    });
  });

  test('MySQL decodes values, MariaDB does not', () => {
    expect(parseJdbcUrl('jdbc:mysql://h/d?password=a%2Bb+c')).toMatchObject({ password: 'a+b c' });
    expect(parseJdbcUrl('jdbc:mariadb://h/d?password=a%2Bb+c')).toMatchObject({ password: 'a%2Bb+c' });
  });

  test.each([
    ['mysql', '', 'prefer'],
    ['mysql', 'useSSL=false', 'disable'],
    ['mysql', 'useSSL=true', 'prefer'],
    ['mysql', 'requireSSL=true', 'require'],
    ['mysql', 'useSSL=true&requireSSL=true', 'require'],
    ['mysql', 'useSSL=true&verifyServerCertificate=true', 'verify-ca'],
    ['mysql', 'useSSL=true&trustServerCertificate=true', 'require'],
    ['mysql', 'sslMode=VERIFY_IDENTITY', 'verify-full'],
    ['mysql', 'sslmode=REQUIRED&useSSL=false', 'require'],
    ['mariadb', '', 'disable'],
    ['mariadb', 'useSsl=true', 'verify-full'],
    ['mariadb', 'useSsl&trustServerCertificate=true', 'require'],
    ['mariadb', 'useSSL=true&disableSslHostnameVerification=true', 'verify-ca'],
    ['mariadb', 'useSSL=false', 'disable'],
    ['mariadb', 'sslMode=trust', 'require'],
    ['mariadb', 'sslMode=verify-full&serverSslCert=/etc/ca.pem', 'verify-full'],
  ])('TLS of jdbc:%s by ?%s is %s', (scheme, query, mode) => {
    expect(parseJdbcUrl(`jdbc:${scheme}://h/d?${query}`)).toMatchObject({ ssl: { mode }, warnings: [] });
  });

  test('certificates and stores, as paths or file URLs', () => {
    const uri =
      'jdbc:mysql://h/d?sslMode=VERIFY_CA&trustCertificateKeyStoreUrl=file:///etc/trust.p12' +
      '&trustCertificateKeyStorePassword=s1&clientCertificateKeyStoreUrl=file:/etc/own.p12&clientCertificateKeyStorePassword=s2';
    expect(parseJdbcUrl(uri)).toMatchObject({
      ssl: {
        trustStoreFile: '/etc/trust.p12',
        trustStorePassword: 's1',
        keyStoreFile: '/etc/own.p12',
        keyPassword: 's2',
      },
    });
    expect(parseJdbcUrl('jdbc:mariadb://h/d?serverSslCert=-----BEGIN CERTIFICATE-----')).toMatchObject({
      ssl: { ca: '-----BEGIN CERTIFICATE-----', caFile: undefined },
    });
  });

  test('several ways to spread load are one: in order, with a warning', () => {
    expect(parseJdbcUrl('jdbc:mysql:loadbalance://a,b/d').warnings).toEqual([
      'The hosts of the jdbc:mysql:loadbalance URL are tried in their order, without loadbalance. [db.url.parameter-without-effect]',
    ]);
  });

  test.each([
    ['jdbc:mysql://h/d?connectTimeout=3s', 'connectTimeout'],
    ['jdbc:mysql://h/d?sslMode=ALWAYS', 'sslMode'],
    ['jdbc:mysql:h/d', 'jdbc:mysql://host:port/database'],
  ])('%s is refused by name', (uri, name) => {
    expect(() => parseJdbcUrl(uri)).toThrow(name);
  });
});

describe('Oracle', () => {
  test.each([
    [
      'jdbc:oracle:thin:@db:1522:ORCL',
      '(DESCRIPTION=(ADDRESS=(PROTOCOL=tcp)(HOST=db)(PORT=1522))(CONNECT_DATA=(SID=ORCL)))',
      { sid: 'ORCL', hosts: [{ host: 'db', port: 1522 }] },
    ],
    [
      'jdbc:oracle:thin:@//db:1522/pacs.example',
      '//db:1522/pacs.example',
      { serviceName: 'pacs.example', hosts: [{ host: 'db', port: 1522 }] },
    ],
    ['jdbc:oracle:thin:@db:1522/pacs', 'db:1522/pacs', { serviceName: 'pacs', hosts: [{ host: 'db', port: 1522 }] }],
    ['jdbc:oracle:thin:@db/pacs', 'db/pacs', { serviceName: 'pacs', hosts: [{ host: 'db', port: 1521 }] }],
    ['jdbc:oracle:thin:@//[::1]:1522/pacs', '//[::1]:1522/pacs', { hosts: [{ host: '::1', port: 1522 }] }],
    [
      'jdbc:oracle:thin:@tcps://db:2484/pacs?wallet_location=/etc/w&ssl_server_dn_match=on',
      'tcps://db:2484/pacs?wallet_location=/etc/w&ssl_server_dn_match=on',
      { serviceName: 'pacs', hosts: [{ host: 'db', port: 2484 }] },
    ],
    [
      'jdbc:oracle:thin:@//one,two:1522/pacs:dedicated',
      '//one,two:1522/pacs:dedicated',
      {
        hosts: [
          { host: 'one', port: 1522 },
          { host: 'two', port: 1522 },
        ],
      },
    ],
    ['jdbc:oracle:thin:@PACS_ALIAS?TNS_ADMIN=/etc/oracle', 'PACS_ALIAS', { configDir: '/etc/oracle', hosts: [] }],
    [
      'jdbc:oracle:thin:@(DESCRIPTION=(ADDRESS=(PROTOCOL=tcp)(HOST=h)(PORT=1521))(CONNECT_DATA=(SERVICE_NAME=s@x)))',
      '(DESCRIPTION=(ADDRESS=(PROTOCOL=tcp)(HOST=h)(PORT=1521))(CONNECT_DATA=(SERVICE_NAME=s@x)))',
      { hosts: [] },
    ],
  ])('%s', (uri, connectString, facts) => {
    expect(parseJdbcUrl(uri)).toMatchObject({ engine: 'oracle', connectString, ...facts, warnings: [] });
  });

  test('credentials before the @, in quotes where they are special', () => {
    expect(parseJdbcUrl('jdbc:oracle:thin:scott/tiger@//db/pacs')).toMatchObject({ user: 'scott', password: 'tiger' });
    expect(parseJdbcUrl('jdbc:oracle:thin:scott/"t@/g"@db:1521:X')).toMatchObject({ user: 'scott', password: 't@/g' });
    expect(parseJdbcUrl('jdbc:oracle:thin:@db:1521:X')).toMatchObject({ user: undefined, password: undefined });
  });

  test('time-outs are taken out of the connect string, whose own parameters stay', () => {
    const uri = 'jdbc:oracle:thin:@db/pacs?oracle.net.CONNECT_TIMEOUT=5000&retry_count=2&oracle.jdbc.ReadTimeout=9000';
    expect(parseJdbcUrl(uri)).toMatchObject({
      connectString: 'db/pacs?retry_count=2',
      connectTimeoutMs: 5000,
      socketTimeoutMs: 9000,
      warnings: [],
    });
  });

  test.each([
    ['jdbc:oracle:thin:db:1521:X', 'no @'],
    ['jdbc:oracle:thick:@db:1521:X', 'jdbc:oracle:thin:'],
    ['jdbc:oracle:thin:@ldap://directory/cn=x', 'LDAP'],
    ['jdbc:oracle:thin:@(DESCRIPTION=(ADDRESS=)', 'parentheses'],
    ['jdbc:oracle:thin:@(DESCRIPTION=)(ADDRESS=)', 'parentheses'],
    ['jdbc:oracle:thin:@//db:1521', 'neither a service nor a SID'],
  ])('%s is refused', (uri, reason) => {
    expect(() => parseJdbcUrl(uri)).toThrow(reason);
  });
});

describe('SQL Server', () => {
  test('host, port and properties in any letter case', () => {
    const uri =
      'jdbc:sqlserver://db.example:1444;DatabaseName=pacs;encrypt=false;TrustServerCertificate=true;loginTimeout=15;' +
      'hostNameInCertificate=*.example;applicationName=viewer;applicationIntent=ReadOnly;multiSubnetFailover=true;' +
      'socketTimeout=30000;sendStringParametersAsUnicode=false;';
    expect(parseJdbcUrl(uri, 'com.microsoft.sqlserver.jdbc.SQLServerDriver')).toMatchObject({
      engine: 'mssql',
      host: 'db.example',
      port: 1444,
      instanceName: undefined,
      database: 'pacs',
      encrypt: false,
      trustServerCertificate: true,
      hostNameInCertificate: '*.example',
      applicationName: 'viewer',
      readOnlyIntent: true,
      multiSubnetFailover: true,
      connectTimeoutMs: 15_000,
      socketTimeoutMs: 30_000,
      warnings: [],
    });
  });

  test.each([
    ['jdbc:sqlserver://db', { host: 'db', port: 1433, instanceName: undefined, encrypt: true }],
    ['jdbc:sqlserver://db\\PACS;database=x', { host: 'db', port: undefined, instanceName: 'PACS', database: 'x' }],
    ['jdbc:sqlserver://db\\PACS:1450', { host: 'db', port: 1450, instanceName: 'PACS' }],
    ['jdbc:sqlserver://db;instanceName=PACS', { port: undefined, instanceName: 'PACS' }],
    ['jdbc:sqlserver://;serverName=3ffe:8311::1;portNumber=1444', { host: '3ffe:8311::1', port: 1444 }],
    ['jdbc:sqlserver://[::1]:1444;encrypt=strict', { host: '::1', port: 1444, encrypt: 'strict' }],
    ['jdbc:sqlserver://db;user=sa;password={a;b}}c=d}', { user: 'sa', password: 'a;b}c=d' }],
    ['jdbc:sqlserver://db;password={};user={ a }', { user: ' a ', password: undefined }],
    ['jdbc:sqlserver://db;authenticationScheme=nativeAuthentication;integratedSecurity=false', { host: 'db' }],
    ['jdbc:sqlserver://db; user = sa ; password = p w ;', { user: 'sa', password: 'p w' }],
    [
      'jdbc:sqlserver://db;integratedSecurity=true;authenticationScheme=NTLM;domain=D;user=u',
      { domain: 'D', user: 'u' },
    ],
  ])('%s', (uri, facts) => {
    expect(parseJdbcUrl(uri)).toMatchObject({ ...facts, warnings: [] });
  });

  test.each([
    ['jdbc:sqlserver://db;encrypt=perhaps', 'encrypt'],
    ['jdbc:sqlserver://db;loginTimeout=soon', 'loginTimeout'],
    ['jdbc:sqlserver://db;password={abc', 'cannot be read'],
    ['jdbc:sqlserver://db;integratedSecurity=true', 'integratedSecurity'],
    ['jdbc:sqlserver://db;authentication=ActiveDirectoryIntegrated', 'authentication'],
    ['jdbc:sqlserver:db', 'jdbc:sqlserver://host:port'],
  ])('%s is refused by name', (uri, name) => {
    expect(() => parseJdbcUrl(uri)).toThrow(name);
  });
});

describe('SQLite', () => {
  test.each([
    ['jdbc:sqlite:/var/lib/pacs.db', '/var/lib/pacs.db'],
    ['jdbc:sqlite:data/pa%20cs.db', 'data/pa%20cs.db'],
    ['jdbc:sqlite:C:/pacs/index.db', 'C:/pacs/index.db'],
    ['jdbc:sqlite:file:/var/lib/pa%20cs.db?mode=ro&cache=shared', '/var/lib/pa cs.db'],
    ['jdbc:sqlite:file:///var/lib/pacs.db', '/var/lib/pacs.db'],
    ['jdbc:sqlite:file:pacs.db', 'pacs.db'],
    ['jdbc:sqlite:a.db?busy_timeout=10', 'a.db'],
    ['jdbc:sqlite::memory:', ':memory:'],
    ['jdbc:sqlite:', ':memory:'],
    ['jdbc:sqlite:file:x?mode=memory', ':memory:'],
  ])('%s', (uri, file) => {
    expect(parseJdbcUrl(uri, 'org.sqlite.JDBC')).toMatchObject({ engine: 'sqlite', file, warnings: [] });
  });

  test.each([
    ['jdbc:sqlite:file://elsewhere/pacs.db', 'names a host'],
    ['jdbc:sqlite::resource:pacs.db', 'resource'],
  ])('%s is refused', (uri, reason) => {
    expect(() => parseJdbcUrl(uri)).toThrow(reason);
  });
});

describe('any URL', () => {
  test.each(['', 'postgresql://h/d', 'jdbc:cubrid://h/d', 'jdbc:constructor:x', 'secret'])('%p is refused', (uri) => {
    expect(() => parseJdbcUrl(uri)).toThrow(/jdbc:postgresql:.*jdbc:sqlite:/);
  });

  test('a driver of another database is a warning: the URL decides', () => {
    const address = parseJdbcUrl('jdbc:postgresql://h/d', 'com.mysql.jdbc.Driver');
    expect(address.engine).toBe('postgresql');
    expect(address.warnings).toEqual([
      expect.stringMatching(/com\.mysql\.jdbc\.Driver.* \[db\.url\.driver-ignored\]$/),
    ]);
  });

  test.each([
    'jdbc:postgresql://user:hunter2@h/d',
    'jdbc:postgresql://h/d?ssl=hunter2',
    'jdbc:postgresql://h/d?hunter%2=%',
    'jdbc:mysql://u:hunter2@h:p/d',
    'jdbc:mysql:u:hunter2@h/d',
    'jdbc:oracle:thin:u/hunter2',
    'jdbc:oracle:thin:u/hunter2@//h:1521',
    'jdbc:sqlserver://h;password=hunter2}',
    'jdbc:sqlserver://u:hunter2@h',
    'hunter2',
  ])('the error for %s does not show the password', (uri) => {
    let message = '';
    try {
      parseJdbcUrl(uri);
    } catch (error) {
      message = String(error);
    }
    expect(message).not.toBe('');
    expect(message).not.toContain('hunter2');
  });

  test("knex's clients", () => {
    const engines = ['postgresql', 'mysql', 'oracle', 'mssql', 'sqlite'] as const;
    expect(engines.map(knexClientOf)).toEqual(['pg', 'mysql2', 'oracledb', 'mssql', 'better-sqlite3']);
  });
});

describe('URLs of other drivers', () => {
  test.each([
    ['jdbc:db2://db.example:50000/pacs:user=me;password=hunter2;', 'type DICOM or DICOM_WEB'],
    ['jdbc:firebirdsql://db.example/pacs?password=hunter2', 'type DICOM or DICOM_WEB'],
    ['JDBC:H2:file:/data/pacs', 'type DICOM or DICOM_WEB'],
    ['jdbc:aws-wrapper:postgresql://db.example/pacs?password=hunter2', 'Write jdbc:postgresql:'],
    ['jdbc:mysql+srv://db.example/pacs?password=hunter2', 'Name the hosts'],
  ])('%s: the error names what to do', (uri, remedy) => {
    expect(() => parseJdbcUrl(uri)).toThrow(remedy);
    expect(() => parseJdbcUrl(uri)).toThrow(/^The jdbc:[\w+-]+ URL is not supported\. (?!.*hunter2)/);
  });
});

describe('jTDS', () => {
  test.each([
    ['jdbc:jtds:sqlserver://db', { host: 'db', port: 1433, database: undefined, encrypt: false }],
    ['jdbc:jtds:sqlserver://db.example:1444/pacs', { host: 'db.example', port: 1444, database: 'pacs' }],
    ['jdbc:jtds:sqlserver://db/pacs;instance=ARC', { port: undefined, instanceName: 'ARC', database: 'pacs' }],
    ['jdbc:jtds:sqlserver://db:1450/pacs;instance=ARC', { port: 1450, instanceName: 'ARC' }],
    [
      'jdbc:jtds:sqlserver://db;databaseName=pacs;user=me;password=a&b=c',
      { database: 'pacs', user: 'me', password: 'a&b=c' },
    ],
    ['jdbc:jtds:sqlserver://db/pacs;domain=HOSPITAL;useNTLMv2=true;user=me', { domain: 'HOSPITAL', user: 'me' }],
    ['jdbc:jtds:sqlserver://db/pacs;ssl=request', { encrypt: true, trustServerCertificate: true }],
    ['jdbc:jtds:sqlserver://db/pacs;ssl=require', { encrypt: true, trustServerCertificate: true }],
    ['jdbc:jtds:sqlserver://db/pacs;ssl=authenticate', { encrypt: true, trustServerCertificate: false }],
    ['jdbc:jtds:sqlserver://db;loginTimeout=4;socketTimeout=30', { connectTimeoutMs: 4_000, socketTimeoutMs: 30_000 }],
    [
      'jdbc:jtds:sqlserver://db;appName=pacs;wsid=ws7;packetSize=4096',
      { applicationName: 'pacs', workstationId: 'ws7', packetSize: 4096 },
    ],
  ])('%s is read as a URL of SQL Server', (uri, facts) => {
    expect(parseJdbcUrl(uri, 'net.sourceforge.jtds.jdbc.Driver')).toMatchObject({
      engine: 'mssql',
      ...facts,
      warnings: [],
    });
  });

  test.each([
    ['jdbc:jtds:sqlserver://db;password=hunter2;ssl=maybe', 'ssl'],
    ['jdbc:jtds:sqlserver://db;password=hunter2;namedPipe=true', 'namedPipe'],
    ['jdbc:jtds:sqlserver://db;password=hunter2;useKerberos=true', 'useKerberos'],
    ['jdbc:jtds:sybase://db/pacs;password=hunter2', 'Sybase'],
    ['jdbc:jtds:sqlserver:db;password=hunter2', 'jdbc:jtds:sqlserver://host:port/database'],
  ])('%s is refused', (uri, reason) => {
    expect(() => parseJdbcUrl(uri)).toThrow(reason);
    expect(() => parseJdbcUrl(uri)).not.toThrow('hunter2');
  });
});

describe('parameters that only the Java driver obeys', () => {
  test.each([
    ['jdbc:postgresql://h/d?loadBalanceHosts=true', 'loadBalanceHosts', 'The hosts are tried in their order.'],
    ['jdbc:postgresql://h/d?preferQueryMode=simple', 'preferQueryMode', 'extended protocol'],
    ['jdbc:postgresql://h/d?sslmode=verify-full&sslhostnameverifier=com.acme.V', 'sslhostnameverifier', 'Node.js'],
    ['jdbc:postgresql://h/d?sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory', 'sslfactory', 'sslrootcert'],
    ['jdbc:postgresql://h/d?kerberosServerName=pg', 'kerberosServerName', 'by password'],
    ['jdbc:postgresql://h/d?socketFactory=com.acme.Tunnel', 'socketFactory', 'host and port'],
    ['jdbc:mysql://h/d?createDatabaseIfNotExist=true', 'createDatabaseIfNotExist', 'creates no database'],
    ['jdbc:mysql://h/d?defaultAuthenticationPlugin=x', 'defaultAuthenticationPlugin', 'the method of the login'],
    ['jdbc:mariadb://h/d?pool=true', 'pool', 'db-connector.pool.max'],
    ['jdbc:mariadb://h/d?maxPoolSize=3', 'maxPoolSize', 'db-connector.pool.max'],
    ['jdbc:mysql://h/d?socksProxyHost=proxy', 'socksProxyHost', 'without the proxy'],
    ['jdbc:oracle:thin:@//h/s?oracle.net.encryption_client=REQUESTED', 'oracle.net.encryption_client', 'tcps'],
    ['jdbc:oracle:thin:@tcps://h/s?javax.net.ssl.trustStore=/t.jks', 'javax.net.ssl.trustStore', 'wallet_location'],
    ['jdbc:oracle:thin:@ALIAS?ssl_server_dn_match=off', 'ssl_server_dn_match', 'tnsnames.ora'],
    ['jdbc:oracle:thin:@h:1521:SID?sdu=8192', 'sdu', 'DESCRIPTION'],
    ['jdbc:sqlserver://h;columnEncryptionSetting=Enabled', 'columnEncryptionSetting', 'encrypted bytes'],
    ['jdbc:sqlserver://h;failoverPartner=h2', 'failoverPartner', 'first server'],
    ['jdbc:sqlserver://h;lockTimeout=500', 'lockTimeout', 'statement-timeout'],
    ['jdbc:sqlserver://h;trustManagerClass=com.acme.T', 'trustManagerClass', 'Node.js'],
    ['jdbc:jtds:sqlserver://h;bindAddress=10.0.0.9', 'bindAddress', 'local address'],
    ['jdbc:sqlite:file:a.db?vfs=unix-none', 'vfs', 'default VFS'],
    ['jdbc:sqlite:file:a.db?nolock=1', 'nolock', 'locked'],
  ])('%s: a warning says what happens instead', (uri, name, effect) => {
    const { warnings } = parseJdbcUrl(uri);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(
      new RegExp(`^The parameter ${name.replaceAll('.', '\\.')} of the jdbc:[\\w:]+ URL has no effect\\. [A-Z]`),
    );
    expect(warnings[0]).toContain(effect);
    expect(warnings[0]).toMatch(/ \[db\.url\.parameter-without-effect\]$/);
  });

  test.each([
    'jdbc:postgresql://h/d?loadBalanceHosts=false&preferQueryMode=extended&gssEncMode=prefer&sslfactory=org.postgresql.ssl.LibPQFactory',
    'jdbc:mysql://h/d?createDatabaseIfNotExist=false&autoReconnect=true&useServerPrepStmts=true&dnsSrv=false',
    'jdbc:mariadb:sequential://a,b/d?pool=false',
    'jdbc:oracle:thin:@//h/s?oracle.net.encryption_client=REJECTED&oracle.net.authentication_services=(NONE)&oracle.net.keepAlive=true',
    'jdbc:sqlserver://h;lockTimeout=-1;queryTimeout=-1;packetSize=-1;columnEncryptionSetting=Disabled;authentication=SqlPassword',
  ])('%s asks for nothing that is missing: no warning', (uri) => {
    expect(parseJdbcUrl(uri).warnings).toEqual([]);
  });

  test.each([
    ['jdbc:postgresql://h/d?authenticationPluginClassName=com.acme.Iam', 'db.login.unsupported'],
    ['jdbc:postgresql://h/d?gssEncMode=require', 'db.login.unsupported'],
    [
      'jdbc:postgresql:///d?socketFactory=com.google.cloud.sql.postgres.SocketFactory&cloudSqlInstance=a:b:c',
      'db.url.invalid',
    ],
    ['jdbc:postgresql://?service=pacs', 'db.url.invalid'],
    ['jdbc:mariadb://h/d?credentialType=AWS-IAM', 'db.login.unsupported'],
    ['jdbc:mysql:///d?socketFactory=com.google.cloud.sql.mysql.SocketFactory', 'db.url.invalid'],
    ['jdbc:mariadb:///d?localSocket=/run/mysqld.sock', 'db.url.invalid'],
    ['jdbc:mysql://h/d?dnsSrv=true', 'db.url.invalid'],
    ['jdbc:oracle:thin:@tcps://h/s?oracle.net.authentication_services=(TCPS)', 'db.login.unsupported'],
    ['jdbc:oracle:thin:@tcps://h/s?oracle.jdbc.tokenAuthentication=OCI_TOKEN', 'db.login.unsupported'],
    ['jdbc:oracle:thin:@h:1521:SID?oracle.net.encryption_client=REQUIRED', 'db.url.invalid'],
    ['jdbc:oracle:thin:@//h/s?internal_logon=sysdba', 'db.login.unsupported'],
    ['jdbc:sqlserver://h;authentication=ActiveDirectoryManagedIdentity', 'db.login.unsupported'],
    ['jdbc:sqlserver://h;integratedSecurity=true', 'db.login.unsupported'],
    ['jdbc:sqlserver://h;accessToken=hunter2', 'db.login.unsupported'],
    ['jdbc:sqlite:a.db?cipher=sqlcipher&key=hunter2', 'db.url.invalid'],
  ])('%s is refused with its remedy', (uri, code) => {
    let error: unknown;
    try {
      parseJdbcUrl(uri);
    } catch (reason) {
      error = reason;
    }
    expect(error).toMatchObject({
      name: 'UnusableSettingError',
      code,
      remedy: expect.stringMatching(/^[A-Z].*\.$|…$/),
    });
    expect(JSON.stringify([String(error), error])).not.toContain('hunter2');
  });
});

describe('parameters of TLS, sessions and time-outs that are obeyed', () => {
  test.each([
    ['jdbc:postgresql://h/d?sslmode=require&sslNegotiation=direct', { directTls: true, ssl: { mode: 'require' } }],
    ['jdbc:postgresql://h/d?channelBinding=prefer', { channelBinding: true }],
    ['jdbc:mysql://h/d?tlsVersions=TLSv1.2,TLSv1.3', { ssl: { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3' } }],
    [
      'jdbc:mariadb://h/d?useSsl=true&enabledSslProtocolSuites=TLSv1.2',
      { ssl: { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } },
    ],
    ['jdbc:mysql://h/d?sessionVariables=sql_mode=ANSI', { sessionVariables: 'sql_mode=ANSI' }],
    [
      'jdbc:mysql://h/d?connectionTimeZone=Asia/Kathmandu&forceConnectionTimeZoneToSession=true&sessionVariables=a=1',
      { sessionVariables: "a=1,time_zone='Asia/Kathmandu'" },
    ],
    [
      'jdbc:mysql://h/d?connectionTimeZone=LOCAL&forceConnectionTimeZoneToSession=true',
      { sessionVariables: undefined },
    ],
    ['jdbc:sqlserver://h;sslProtocol=TLSv1.2', { maxTlsVersion: 'TLSv1.2' }],
    [
      'jdbc:sqlserver://h;sslProtocol=TLS;trustStore=/ca.pem;trustStorePassword=x',
      { maxTlsVersion: undefined, trustStoreFile: '/ca.pem' },
    ],
    ['jdbc:sqlserver://h;queryTimeout=9;socketTimeout=20000', { socketTimeoutMs: 9_000 }],
    ['jdbc:oracle:thin:@//h/s?oracle.jdbc.loginTimeout=3&oracle.net.CONNECT_TIMEOUT=9000', { connectTimeoutMs: 3_000 }],
    ['jdbc:oracle:thin:@//h/s?oracle.net.OUTBOUND_CONNECT_TIMEOUT=2500', { connectTimeoutMs: 2_500 }],
    [
      'jdbc:oracle:thin:@ALIAS?TNS_ADMIN=/a&oracle.net.wallet_location=(SOURCE=(METHOD=file)(METHOD_DATA=(DIRECTORY=/etc/w)))&oracle.net.wallet_password=s',
      { configDir: '/a', walletLocation: '/etc/w', walletPassword: 's' },
    ],
    ['jdbc:oracle:thin:@ALIAS?wallet_location=file:///etc/w', { walletLocation: '/etc/w' }],
  ])('%s', (uri, facts) => {
    expect(parseJdbcUrl(uri)).toMatchObject({ ...facts, warnings: [] });
  });

  test.each([
    ['jdbc:postgresql://h/d?sslNegotiation=direct', 'sslmode=require'],
    ['jdbc:mysql://h/d?tlsVersions=SSLv3', 'TLSv1.2'],
    ["jdbc:mysql://h/d?forceConnectionTimeZoneToSession=true&connectionTimeZone=UTC'%3B", 'connectionTimeZone'],
    ['jdbc:sqlserver://h;packetSize=7', '512 to 32767'],
  ])('%s is refused', (uri, reason) => {
    expect(() => parseJdbcUrl(uri)).toThrow(reason);
  });
});
