import { describe, expect, it } from '@jest/globals';
import { loadDriver } from './driver.js';

describe('loadDriver', () => {
  it('names the package to install', async () => {
    await expect(loadDriver('no-such-driver', 'Oracle')).rejects.toMatchObject({
      name: 'UnusableSettingError',
      message: 'the driver of Oracle is not installed',
      remedy: 'Install it: npm install no-such-driver',
    });
  });

  it('gives what the package exports', async () => {
    expect(await loadDriver('pg', 'PostgreSQL')).toHaveProperty('Client');
    expect(await loadDriver('oracledb', 'Oracle')).toHaveProperty('getConnection');
    expect(await loadDriver('tedious', 'SQL Server')).toHaveProperty('Connection');
  });
});
