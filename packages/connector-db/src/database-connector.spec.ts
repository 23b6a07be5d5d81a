import { describe, expect, it } from '@jest/globals';
import { ConnectorError } from '@pacs-connectors/connector-core';
import { type DatabaseSettings } from './database-settings.js';
import { connectorOf } from './testing/connectors.js';

const settings: DatabaseSettings = {
  uri: 'jdbc:postgresql://127.0.0.1:1/db',
  user: 'me',
  password: 'hunter2',
  select: 'select u as studyInstanceUid, u as seriesInstanceUid, u as sopInstanceUid from t',
  studyInstanceUidColumn: 'u',
};

function faultOf(more: Partial<DatabaseSettings>): ConnectorError {
  try {
    connectorOf({ ...settings, ...more });
  } catch (error) {
    return error as ConnectorError;
  }
  throw new Error('no fault');
}

describe('a new DatabaseConnector', () => {
  it('opens no connection', async () => {
    const connector = connectorOf(settings);
    await expect(connector.close()).resolves.toBeUndefined();
  });

  it.each([
    ['an address that is no JDBC URL', { uri: 'postgres://me:hunter2@db/x' }],
    ['a database that nobody knows', { uri: 'jdbc:db2://db/x' }],
    ['a select that is none', { select: 'delete from t' }],
    ['two statements', { select: `${settings.select}; drop table t` }],
    ['a column that is none', { studyInstanceUidColumn: 'u) or (1=1' }],
    ['no column to search by', { studyInstanceUidColumn: undefined }],
  ])('refuses %s', (_what, more) => {
    const error = faultOf(more);
    expect(error).toBeInstanceOf(ConnectorError);
    expect(error.kind).toBe('misconfigured');
    expect(`${error.message} ${error.remedy}`).not.toContain('hunter2');
  });
});
