import { describe, expect, it } from '@jest/globals';
import { loadDriver } from './driver.js';

describe('loadDriver', () => {
  it('names the package to install', () => {
    expect(() => loadDriver('no-such-driver', 'Oracle')).toThrow(
      expect.objectContaining({
        name: 'UnusableSettingError',
        message: 'the driver of Oracle is not installed',
        remedy: 'Install it: npm install no-such-driver',
      }),
    );
  });

  it('gives what the package exports', () => {
    expect(loadDriver('pg', 'PostgreSQL')).toHaveProperty('Client');
    expect(loadDriver('oracledb', 'Oracle')).toHaveProperty('getConnection');
    expect(loadDriver('tedious', 'SQL Server')).toHaveProperty('Connection');
  });
});
