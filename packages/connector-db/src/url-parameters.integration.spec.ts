import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { startTnsListener, temporaryFolder, tnsPacket } from '@pacs-connectors/test-services';
import { ask, connectorOf, readRow } from './testing/connectors.js';
import { useScriptedServers } from './testing/scripted-server.js';
import { PRODUCTS, useSampleServer } from './testing/servers.js';

describe.each(PRODUCTS.filter(({ engine }) => engine === 'mysql'))('parameters of the URL: $name', (product) => {
  const sample = useSampleServer(product);
  const read = (parameters: string, columns: string) => {
    const { jdbcUrl, user, password } = sample.server;
    return readRow({ uri: `${jdbcUrl}?${parameters}`, user, password }, columns);
  };

  it('sessionVariables set the session', async () => {
    const parameters = "sessionVariables=sql_mode='ANSI_QUOTES,PIPES_AS_CONCAT',lc_time_names='fr_FR'";
    expect(await read(parameters, "'a' || monthname('2021-08-01') as \"studyDescription\"")).toMatchObject({
      studyDescription: 'aaoût',
    });
  });

  it('forceConnectionTimeZoneToSession sets the time zone of the session; serverTimezone alone does not', async () => {
    const column = 'from_unixtime(86400) as studyDateTime';
    const forced = 'connectionTimeZone=%2B05:45&forceConnectionTimeZoneToSession=true'.replace('%2B', '+');
    expect(await read(forced, column)).toMatchObject({ studyDate: '19700102', studyTime: '054500' });
    const plain = await read('', column);
    expect(await read('serverTimezone=Asia/Kathmandu', column)).toEqual(plain);
  });

  it('a wrong session variable is reported as what it is', async () => {
    await expect(read('sessionVariables=no_such_variable=1', "'a' as studyDescription")).rejects.toMatchObject({
      kind: 'misconfigured',
      code: 'db.url.invalid',
      message: expect.stringContaining('no_such_variable'),
    });
  });
});

describe('parameters of the URL: connections', () => {
  const { listen, connect } = useScriptedServers();

  it.each([
    ['direct', 0x16],
    ['postgres', 0x00],
  ])('sslNegotiation=%s', async (negotiation, byte) => {
    let first: number | undefined;
    const port = await listen((socket) => {
      socket.on('data', (data) => {
        first ??= data[0];
        socket.destroy();
      });
    });
    const uri = `jdbc:postgresql://127.0.0.1:${port}/db?sslmode=require&sslNegotiation=${negotiation}`;
    await expect(ask(connect(uri), { studyInstanceUids: ['1'] })).rejects.toMatchObject({ name: 'ConnectorError' });
    expect(first).toBe(byte);
  });

  it('a wallet that the driver cannot read is named with the command that converts it', async () => {
    const folder = await temporaryFolder('wallet');
    try {
      await writeFile(`${folder.path}/cwallet.sso`, 'x');
      const uri = `jdbc:oracle:thin:@tcps://127.0.0.1:1/pacs?wallet_location=${folder.path}`;
      await expect(ask(connect(uri), { studyInstanceUids: ['1'] })).rejects.toMatchObject({
        kind: 'misconfigured',
        code: 'db.wallet.not-readable',
        message: expect.stringContaining(`${folder.path}/ewallet.pem`),
        remedy: expect.stringContaining('openssl pkcs12'),
      });
    } finally {
      await folder.remove();
    }
  });

  it('an alias is looked up in the folder of TNS_ADMIN', async () => {
    const folder = await temporaryFolder('tns');
    const listener = await startTnsListener(tnsPacket(77));
    try {
      await writeFile(
        `${folder.path}/tnsnames.ora`,
        `ARC = (DESCRIPTION=(ADDRESS=(PROTOCOL=tcp)(HOST=127.0.0.1)(PORT=${listener.port}))(CONNECT_DATA=(SERVICE_NAME=s)))`,
      );
      const uri = `jdbc:oracle:thin:@ARC?TNS_ADMIN=${folder.path}`;
      await expect(ask(connect(uri), { studyInstanceUids: ['1'] })).rejects.toMatchObject({ kind: 'protocol' });
    } finally {
      await listener.close();
      await folder.remove();
    }
  });

  it('a login without a user is refused with its remedy', async () => {
    const connector = connectorOf({
      uri: 'jdbc:oracle:thin:/@ARC?TNS_ADMIN=/nowhere',
      select: 'select u as studyInstanceUid, u as seriesInstanceUid, u as sopInstanceUid from t',
      studyInstanceUidColumn: 'u',
    });
    await expect(ask(connector, { studyInstanceUids: ['1'] })).rejects.toMatchObject({
      kind: 'misconfigured',
      code: 'db.login.unsupported',
      remedy: expect.stringContaining('db-connector.user'),
    });
    await connector.close();
  });

  it('a login that the URL asks for and this connector lacks is refused before the first search', () => {
    expect(() => connect('jdbc:sqlserver://h;authentication=ActiveDirectoryServicePrincipal')).toThrow(
      expect.objectContaining({
        kind: 'misconfigured',
        code: 'db.login.unsupported',
        remedy: expect.stringContaining('SQL Server'),
      }),
    );
  });
});
