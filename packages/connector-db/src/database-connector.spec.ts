import { describe, expect, it } from '@jest/globals';
import { ConnectorError, type IdentifierKind } from '@pacs-connectors/connector-core';
import { DatabaseConnector } from './database-connector.js';
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
    ['an address that is not a JDBC URL', { uri: 'postgres://me:hunter2@db/x' }],
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

describe('columns that are missing', () => {
  const COLUMNS = {
    patientIdColumn: ['patientIds', 'patient-id-column', 'PATIENT_ID'],
    studyInstanceUidColumn: ['studyInstanceUids', 'study-instance-uid-column', 'STUDY_INSTANCE_UID'],
    accessionNumberColumn: ['accessionNumbers', 'accession-number-column', 'STUDY_ACCESSION_NUMBER'],
    seriesInstanceUidColumn: ['seriesInstanceUids', 'serie-instance-uid-column', 'SERIE_INSTANCE_UID'],
    sopInstanceUidColumn: ['sopInstanceUids', 'sop-instance-uid-column', 'SOP_INSTANCE_UID'],
  } as const;
  const all = Object.fromEntries(Object.keys(COLUMNS).map((property) => [property, 'u']));

  function warningsOf(without: string[], deactivated: IdentifierKind[] = []): readonly string[] {
    const own = { ...settings, ...all, ...Object.fromEntries(without.map((property) => [property, undefined])) };
    return new DatabaseConnector({ id: 'archive', type: 'DB', deactivated, settings: own }).warnings;
  }

  it.each(Object.entries(COLUMNS))('%s: a warning, unless its kind is deactivated', (property, [kind, key, name]) => {
    expect(warningsOf([property])).toEqual([
      expect.stringMatching(new RegExp(`^db-connector\\.query has no ${key}, so requests by .* find nothing`)),
    ]);
    expect(warningsOf([property])[0]).toContain(`list ${name} in search-criteria.deactivated`);
    expect(warningsOf([property], [kind])).toEqual([]);
  });

  it('in one warning', () => {
    expect(warningsOf([])).toEqual([]);
    const [warning, ...more] = warningsOf(Object.keys(COLUMNS).slice(1), ['accessionNumbers']);
    expect(warning).toContain('study-instance-uid-column, serie-instance-uid-column, sop-instance-uid-column, so');
    expect(more).toEqual([]);
  });
});
