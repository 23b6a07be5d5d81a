import { describe, expect, it } from '@jest/globals';
import { readContextPath, readOptions } from './options.js';
import { describeStartError, StartError } from './start-error.js';

describe('how the server is started', () => {
  it('leaves unset options to the configuration', () => {
    expect(readOptions([], {})).toEqual({ configuration: [] });
    expect(readOptions([], { PORT: '', HOST: '', CONNECTORS_CONFIG: ' , ' })).toEqual({ configuration: [] });
  });

  it('reads the environment, and flags override it', () => {
    const env = { CONNECTORS_CONFIG: 'a.yml, b', PORT: '81', HOST: '::1', SERVER_CONTEXT_PATH: '/pacs/' };
    expect(readOptions([], env)).toEqual({
      configuration: ['a.yml', 'b'],
      port: 81,
      host: '::1',
      contextPath: '/pacs',
    });
    const flags = ['--connectors-config', 'c.yml', '--port=0', '--host', '0.0.0.0', '--server-context-path', '/'];
    expect(readOptions(flags, env)).toEqual({ configuration: ['c.yml'], port: 0, host: '0.0.0.0', contextPath: '' });
  });

  it('rejects values that are not valid', () => {
    for (const port of ['80a', '-1', '65536', '1.5'])
      expect(() => readOptions([], { PORT: port })).toThrow(`PORT is ${port}; expected a number from 0 to 65535`);
    expect(() => readContextPath('/a b')).toThrow(StartError);
    expect(readContextPath('//a//b/')).toBe('/a/b');
    let text = '';
    try {
      readOptions(['--prot', '1'], {});
    } catch (error) {
      text = describeStartError(error);
    }
    expect(text).toContain("Unknown option '--prot'");
    expect(text).toContain('--connectors-config FILE');
  });
});
