import { describe, expect, it } from '@jest/globals';
import { checkConfiguration, type ConnectorConfiguration, readConfiguration } from '@pacs-connectors/config-core';
import { retrievalFor } from './retrieval.js';

class NoSettings {}

/** The configuration of a connector whose authentication is `text`, by any of the layouts. */
async function configured(text: string): Promise<ConnectorConfiguration> {
  const document = await readConfiguration([{ name: 'x.yml', text: `connector.config.x:\n  type: DB\n  ${text}\n` }]);
  const { connectors, problems } = checkConfiguration(document, [{ type: 'DB', settings: NoSettings }]);
  const [connector] = connectors;
  if (!connector) throw new Error(JSON.stringify(problems));
  return connector;
}

describe('how images are retrieved', () => {
  const basic = 'basic: { url: "http://pacs/wado", login: Jürgen, password: "a:b" }';
  const expected = {
    baseUrl: 'http://pacs/wado',
    webLogin: Buffer.from('Jürgen:a:b', 'utf8').toString('base64'),
  };

  it('is basic where that is configured, forced or not', async () => {
    for (const more of ['', ', force-basic: true', ', type: BASIC'])
      for (const caller of [{}, { bearerToken: 't' }]) {
        const connector = await configured(`wado.authentication: { ${basic}${more} }`);
        expect(retrievalFor(connector, caller)).toEqual(expected);
      }
  });

  it('is basic by the second layout', async () => {
    const connector = await configured(
      'db-connector.wado.authentication: { type: BASIC, basic: { login: u, password: p, server: { url: "http://pacs", port: 8080, context: wado } } }',
    );
    expect(retrievalFor(connector, {})).toEqual({ baseUrl: 'http://pacs:8080/wado', webLogin: 'dTpw' });
  });

  it('needs no login', async () => {
    const connector = await configured('wado.authentication.basic.url: http://pacs/wado');
    expect(retrievalFor(connector, {})).toEqual({ baseUrl: 'http://pacs/wado', webLogin: undefined });
  });

  it('is an error where only OAuth 2 is configured', async () => {
    const connector = await configured('wado.authentication.oauth2.url: http://pacs/rs');
    expect(() => retrievalFor(connector, {})).toThrow('archive x hands out its images by OAuth 2 only');
  });
});
