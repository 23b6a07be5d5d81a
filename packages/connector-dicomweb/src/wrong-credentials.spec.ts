import { afterEach, describe, expect, it } from '@jest/globals';
import {
  closeAll,
  connect,
  count,
  EXPECTED,
  failure,
  first,
  serve,
  status,
  withBasic,
} from './testing/failing-server.js';

afterEach(closeAll);

describe('credentials', () => {
  const wanted = `Basic ${Buffer.from('jörg:geheim:1').toString('base64')}`;

  it('go along, and on redirects within the server', async () => {
    const server = await serve({
      before: (request, response) => {
        if (request.url?.startsWith('/dicom/web')) return false;
        response.writeHead(307, { location: `/dicom/web${request.url}` }).end();
        return true;
      },
    });
    const moved = server.url.replace('/dicom/web', '/');
    expect(await count(connect(moved, withBasic(moved)))).toBe(EXPECTED);
    expect(new Set(server.authorizations)).toEqual(new Set([wanted]));
  });

  it('never go to another server', async () => {
    const other = await serve({});
    const server = await serve({
      before: (request, response) => {
        response.writeHead(302, { location: new URL(request.url ?? '', other.url).href }).end();
        return true;
      },
    });
    expect(await count(connect(server.url, withBasic(server.url)))).toBe(EXPECTED);
    expect(new Set(server.authorizations)).toEqual(new Set([wanted]));
    expect(new Set(other.authorizations)).toEqual(new Set([undefined]));
  });

  it('are not shown where a redirect leads to a server that wants some', async () => {
    const other = await serve({ before: first(Infinity, status(401)) });
    const server = await serve({ before: first(Infinity, status(302, { location: `${other.url}/studies` })) });
    const error = await failure(connect(server.url, withBasic(server.url)));
    expect(error).toMatchObject({
      kind: 'refused',
      code: 'dicomweb.redirect.credentials-required',
      message: expect.stringContaining(new URL(other.url).origin),
    });
    expect(`${error.message} ${error.remedy}`).not.toContain('geheim');
  });

  it('do not run in circles', async () => {
    const server = await serve({ before: first(Infinity, status(302, { location: '/dicom/web/studies' })) });
    expect(await failure(connect(server.url))).toMatchObject({ kind: 'protocol', code: 'dicomweb.redirect.invalid' });
  });
});
