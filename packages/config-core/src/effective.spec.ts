import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { effectiveConfiguration, renderEffective } from './effective.js';
import { renderProblem } from './document/problems.js';
import { dicomConnector, load } from './testing/samples.js';
import { SymmetricCipher } from './values/cipher.js';

it.each(['first-layout.yml', 'second-layout.yml'])('of %s is a configuration that means the same', async (name) => {
  const loaded = await load(await readFile(new URL(`testing/${name}`, import.meta.url), 'utf8'));
  const again = await load(renderEffective(loaded));
  expect(again.problems).toEqual([]);
  expect(effectiveConfiguration(again)).toEqual(effectiveConfiguration(loaded));
  expect(again.connectors.map(({ retrieval }) => retrieval.basic?.url)).toEqual(
    loaded.connectors.map(({ retrieval }) => retrieval.basic?.url),
  );
});

it('shows both layouts under the same names', async () => {
  const first = dicomConnector('      wado.authentication: { compression-rate: 5, httpTags: { A: b } }\n');
  const second = dicomConnector('      weasis: { manifest: { compressionRate: 5, httpTags: { A: b } } }\n');
  expect(renderEffective(await load(first))).toBe(renderEffective(await load(second)));
});

it('shows no secret, and neither do the problems, at any place and with any fault', async () => {
  const hidden = new SymmetricCipher('k').encrypt('hunter2');
  const yaml = `
cryptography: { enabled: true, password: hunter2, salt: hunter2 }
spring.security.oauth2.client.registration.sso: { client-id: x, client-secret: hunter2 }
server.public-url: ftp://u:hunter2@viewer.example
connector:
  config:
    db:
      type: DB
      wado.authentication:
        basic: { url: 'https://u:hunter2@pacs.example', login: '{cipher}${hidden}', password: hunter2 }
        httpTags: { Authorization: hunter2 }
      db-connector: { uri: 'jdbc:postgresql://db/x?password=hunter2', password: hunter2, query.select: select 1 }
    bad:
      type: DB
      wado.authentication: { basic: { url: 'not a url', password: [hunter2] }, httpTags: hunter2, compression-rate: '{cipher}${hidden}' }
      weasis.manifest: { httpTags: { Authorization: hunter2-other }, compression-rate: '{cipher}${hidden}' }
      db-connector: { uri: '{cipher}${hidden}', password: { hunter2: x } }
    worse:
      type: DICOM
      wado.authentication.basic: { url: 'http://x', password: hunter2 }
      dicom-connector.wado.basic.password: hunter2-other
      dicom-connector: { port: '{cipher}${hidden}', host: x, aet: x, calling-aet: x }
`;
  const loaded = await load(yaml, { ENCRYPT_KEY: 'k' });
  const output = [
    renderEffective(loaded),
    ...loaded.problems.map(renderProblem),
    JSON.stringify(loaded.problems),
    JSON.stringify(loaded.leftOut),
  ].join('\n');
  expect(loaded.connectors.map(({ id }) => id)).toEqual(['db']);
  expect(loaded.leftOut.map(({ id }) => id)).toEqual(['bad', 'worse']);
  expect(output).not.toContain(hidden);
  expect(output).not.toContain('hunter2');
  expect(output).toContain('login: "******"');
  expect(output).toContain('Authorization: "******"');
});
