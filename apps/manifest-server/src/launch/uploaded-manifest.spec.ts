import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { renderManifest } from '@pacs-connectors/manifest-builder';
import { fakes, patientWith, serveFakes } from '../testing/fake-archive.js';

let app: NestFastifyApplication;
let url: string;

beforeAll(async () => {
  ({ app, url } = await serveFakes(`${fakes('north')}cache.max-upload-mib: 1\n`));
});
afterAll(() => app?.close());

const ask = (path: string, init: RequestInit = {}) => fetch(`${url}/${path}`, { redirect: 'manual', ...init });
const commandsOf = (response: Response) =>
  decodeURIComponent((response.headers.get('location') ?? '').replace(/^weasis:\/\//, '').replaceAll('+', ' '));
const detailOf = async (response: Response) => ((await response.json()) as { detail: string }).detail;

describe('an uploaded manifest', () => {
  const upload = (body: string | Buffer, type = 'application/xml', query = 'upload=manifest') =>
    ask(`weasis?${query}`, { method: 'POST', body: body as RequestInit['body'], headers: { 'content-type': type } });

  async function sample(): Promise<string> {
    let text = '';
    const { patients } = patientWith('1.2', 2);
    const httpTags = [{ key: 'X', value: 'y' }];
    const notices = [{ severity: 'INFO' as const, title: 'Hello', description: 'a & "b" <c>' }];
    const arcQuery = { arcId: 'elsewhere', baseUrl: 'https://x.example', requireOnlySopInstanceUid: true, patients };
    for await (const piece of renderManifest({ uid: 'u', arcQueries: [{ ...arcQuery, httpTags, notices }] }))
      text += piece;
    return text;
  }

  it('is kept and opened like the others, in both forms', async () => {
    const text = await sample();
    const response = await upload(text, 'application/xml', 'upload=manifest&user=me');
    expect(response.status).toBe(302);
    const address = /-w "([^"]+)"/.exec(commandsOf(response))?.[1] ?? '';
    expect(address).toMatch(/\/manifest\?key=[\w-]{43}$/);
    const get = async (accept: string) => (await fetch(address, { headers: { accept } })).text();
    expect(await get('application/xml')).toBe(text);
    let json = '';
    const { patients } = patientWith('1.2', 2);
    const arcQuery = { arcId: 'elsewhere', baseUrl: 'https://x.example', requireOnlySopInstanceUid: true, patients };
    const httpTags = [{ key: 'X', value: 'y' }];
    const notices = [{ severity: 'INFO' as const, title: 'Hello', description: 'a & "b" <c>' }];
    const same = { uid: 'u', arcQueries: [{ ...arcQuery, httpTags, notices }] };
    for await (const piece of renderManifest(same, { format: 'json' })) json += piece;
    expect(JSON.parse(await get('application/json'))).toEqual(JSON.parse(json));
    const answer = await ask('weasis?upload=manifest&launch=page', {
      method: 'POST',
      body: text,
      headers: { 'content-type': 'text/xml', accept: 'text/html' },
    });
    expect(answer.status).toBe(200);
    const page = await answer.text();
    expect(page).toContain('<td>elsewhere</td><td>1</td><td>1</td><td>1</td><td>2</td>');
  });

  it('is kept no longer than a token in it lives', async () => {
    const withToken = async (exp: number) => {
      const token = `e30.${Buffer.from(JSON.stringify({ exp })).toString('base64url')}.c2ln`;
      return (await sample()).replace('key="X" value="y"', `key="Authorization" value="Bearer ${token}"`);
    };
    const now = Math.floor(Date.now() / 1000);
    const address = /-w "([^"]+)"/.exec(commandsOf(await upload(await withToken(now + 8))))?.[1] ?? '';
    expect((await fetch(address)).status).toBe(200);
    const deadline = Date.now() + 120_000;
    while ((await fetch(address)).status !== 404) {
      expect(Date.now()).toBeLessThan(deadline);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const ended = await upload(await withToken(now - 1));
    expect([ended.status, await detailOf(ended)]).toEqual([422, 'The manifest contains an expired token.']);
  });

  const written = (arcQuery: string, body = '', head = '<?xml version="1.0" encoding="UTF-8"?>') =>
    `${head}<manifest xmlns="http://www.weasis.org/xsd/2.5" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
      xsi:schemaLocation="urn:x x.xsd"><arcQuery ${arcQuery}>${body}
      <Patient PatientID="U1" PatientName="Laden^Uwe"><Study StudyInstanceUID="1.2"><Series SeriesInstanceUID="1.2.1">
      <Instance SOPInstanceUID="1.2.1.1"/></Series></Study></Patient></arcQuery></manifest>`;
  const base = 'arcId="7" baseUrl="https://x.example/wado"';
  const keptOf = async (response: Response, accept = 'application/xml') => {
    const address = /-w "([^"]+)"/.exec(commandsOf(response))?.[1] ?? '';
    return (await fetch(address, { headers: { accept } })).text();
  };

  it.each([
    ['the newer name of the extra parameters', written(`${base} additionalParameters="&amp;a=*"`)],
    ['both names', written(`${base} additionalParameters="&amp;a=*" additionnalParameters="&amp;a=*"`)],
    ['decimal tags', written(`${base} overrideDicomTagsList="1048592,0x00100020"`)],
    ['empty attributes', written(`${base} additionnalParameters="" webLogin="" queryMode=""`)],
    [
      'whole addresses of files',
      written('arcId="7" baseUrl=""').replace('1.1.1"', '1.1" DirectDownloadFile="http://f"'),
    ],
    ['no arcId, attributes that nobody knows', written('baseUrl="https://x.example/a?b=%20#c" X="y" xsi:z="1"')],
    ['an IPv6 address', written('baseUrl="http://[::1]:8080/wado"')],
    ['elements that nobody knows', written(base, '<Note><Patient/></Note><httpTag key="X-A" value=""/>')],
    ['another order', written(base, '<Message title="" description=""/><httpTag key="X-A" value="é"/>')],
    [
      'long texts and other numbers',
      written(base).replace('"1.2.1"', `"1.2.1" SeriesNumber="x" Modality="${'m'.repeat(99)}"`),
    ],
    [
      'another prefix',
      written(base)
        .replace(/<(\/?)(?=[a-zA-Z])/g, '<$1w:')
        .replace('xmlns=', 'xmlns:w='),
    ],
    ['no namespace', written(base).replace('xmlns="http://www.weasis.org/xsd/2.5"', '')],
    ['no declaration', written(base, '', '')],
  ])('is taken as Weasis opens it: %s', async (_name, text) => {
    const response = await upload(text);
    expect([response.status, response.status === 302 || (await detailOf(response))]).toEqual([302, true]);
    expect(await keptOf(response)).toBe(text);
    const { manifest } = JSON.parse(await keptOf(response, 'application/json')) as {
      manifest: { arcQuery: { Patient: { Study: { Series: { Instance: object[] }[] }[] }[] }[] };
    };
    expect(manifest.arcQuery[0]?.Patient[0]?.Study[0]?.Series[0]?.Instance[0]).toHaveProperty('SOPInstanceUID');
  });

  it.each([
    ['', 'UTF-8', 'application/xml'],
    ['\ufeff', 'UTF-8', 'text/xml;charset=UTF-8'],
    ['', 'utf8', 'application/xml; charset="utf-8"'],
  ])('is taken in UTF-8: %j, %s, %s', async (mark, encoding, type) => {
    const text = written(base, '', `<?xml version='1.0' encoding='${encoding}'?>`).replace('Laden', 'Läden');
    const response = await upload(Buffer.from(mark + text), type);
    expect(response.status).toBe(302);
    expect(await keptOf(response)).toBe(text);
  });

  it.each([
    ['application/xml', '\ufeff', 'UTF-16', 'utf16le' as const],
    ['application/xml', '', 'ISO-8859-1', 'latin1' as const],
    ['application/xml', '', 'windows-1252', 'utf8' as const],
    ['application/xml', '', 'us-ascii', 'utf8' as const],
    ['application/xml', '\ufeff', 'ISO-8859-1', 'utf8' as const],
    ['application/xml', '\ufeff\ufeff', 'UTF-8', 'utf8' as const],
    ['application/xml', '\ufeff\ufeff', 'ISO-8859-1', 'utf8' as const],
    ['text/xml; charset=ISO-8859-1', '', 'UTF-8', 'latin1' as const],
    ['text/xml; charset=ISO-8859-1', '', 'UTF-8', 'utf8' as const],
    ['text/xml;charset=UTF-8', '', 'ISO-8859-1', 'utf8' as const],
  ])('is refused in another encoding, or if one is declared: %s, %j, %s, %s', async (type, mark, encoding, coding) => {
    const text = written(base, '', `<?xml version='1.0' encoding='${encoding}'?>`).replace('Laden', 'Läden');
    const response = await upload(Buffer.from(mark + text, coding), type);
    expect([response.status, ((await response.json()) as { type: string }).type]).toEqual([
      400,
      'urn:pacs-connectors:error:server.upload.encoding-invalid',
    ]);
  });

  it('in a charset that nobody knows is refused', async () => {
    for (const charset of ['x', 'utf-16', 'UTF-7'])
      expect((await upload(await sample(), `text/xml; charset=${charset}`)).status).toBe(400);
  });

  it.each([
    ['line 2, arcQuery baseUrl is missing', written('arcId="7"')],
    ['line 2, arcQuery baseUrl holds {, which Weasis refuses', written('baseUrl="http://SECRET/{x}"')],
    ['holds a blank or a control character', written('baseUrl="http://SECRET/a b"')],
    ['holds ^,', written('baseUrl="http://SECRET/^"')],
    ['holds ",', written('baseUrl="http://SECRET/&quot;"')],
    ['holds a % that begins no escape', written('baseUrl="http://SECRET/%zz"')],
    ['holds [ or ] outside', written('baseUrl="http://SECRET/[x]"')],
    ['holds [ or ] outside', written('baseUrl="http://[SECRET]/"')],
    ['arcQuery baseUrl is not a URL', written('baseUrl="http:"')],
    ['arcQuery baseUrl is not a URL', written('baseUrl=":SECRET"')],
    ['arcQuery webLogin holds a character', written(`${base} webLogin="SECRET&#10;x"`)],
    ['httpTag key is not the name of a header', written(base, '<httpTag key="SECRET x" value="y"/>')],
    ['httpTag key is not the name of a header', written(base, '<httpTag key="" value="y"/>')],
    ['httpTag key is missing', written(base, '<httpTag value="SECRET"/>')],
    ['httpTag value is missing', written(base, '<httpTag key="X-A"/>')],
    ['httpTag holds a character that a header cannot', written(base, '<httpTag key="X" value="SECRET&#13;"/>')],
    ['httpTag sets Host, which Weasis sets itself', written(base, '<httpTag key="Host" value="SECRET"/>')],
    [
      'line 4, httpTag comes after Patient',
      written(base).replace('</Patient>', '</Patient><httpTag key="X" value="y"/>'),
    ],
    ['line 3, Study StudyInstanceUID is missing', written(base).replace('StudyInstanceUID="1.2"', '')],
    ['line 3, Series SeriesInstanceUID is missing', written(base).replace('"1.2.1"', '""')],
    ['line 4, Instance SOPInstanceUID is missing', written(base).replace(' SOPInstanceUID="1.2.1.1"', '')],
    ['the outermost element is not manifest', '<SECRET/>'],
    ['manifest holds no arcQuery', '<manifest xmlns="urn:SECRET"/>'],
    ['The XML is broken: line 4, ', written(base).slice(0, -60)],
    ['the text ends before every element is closed.', written(base).replace('</manifest>', '')],
    ['line 2, an element has the same attribute twice.', written(`${base} baseUrl="SECRET"`)],
    ['line 2, the value of an attribute is not in quotes', written(`${base} x=SECRET`)],
    ['line 2, an & is not escaped: write &amp;.', written(`${base} x="a&SECRET"`)],
    ['line 2, an entity is not defined: ', written(`${base} x="&SECRET;"`)],
    ['line 2, a < in the value of an attribute is not escaped: write &lt;.', written(`${base} x="<SECRET"`)],
    ['an end tag closes another element than', written(base).replace('</Patient>', '</SECRET>')],
    ['something follows the end of the outermost element.', `${written(base)}<SECRET/>`],
    ['line 1, the text does not begin with an element.', 'SECRET'],
  ])('is refused where Weasis cannot open it, with the place and no value: %s', async (expected, text) => {
    const response = await upload(text);
    const detail = await detailOf(response);
    expect([response.status, detail]).toEqual([422, expect.stringContaining(expected)]);
    expect(detail).not.toContain('SECRET');
  });

  it('that is empty or packed is refused by that', async () => {
    for (const empty of ['', ' \n']) {
      const response = await upload(empty);
      expect([response.status, await detailOf(response)]).toEqual([422, 'The manifest is empty.']);
    }
    const packed = await ask('weasis?upload=manifest', {
      method: 'POST',
      body: gzipSync(await sample()),
      headers: { 'content-type': 'application/xml', 'content-encoding': 'gzip' },
    });
    expect([packed.status, packed.headers.get('accept-encoding'), await detailOf(packed)]).toEqual([
      415,
      'identity',
      'The body has the Content-Encoding gzip. Send it without one.',
    ]);
    const search = await ask('display', {
      method: 'POST',
      body: gzipSync('{"studyUID":"1.2"}'),
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    });
    expect(search.status).toBe(415);
    const plain = await ask('display', {
      method: 'POST',
      body: '{"studyUID":"1.2"}',
      headers: { 'content-type': 'application/json', 'content-encoding': 'identity' },
    });
    expect(plain.status).toBe(302);
    const none = await ask('display?studyUID=1.2', { headers: { 'content-encoding': 'gzip' } });
    expect(none.status).toBe(302);
  });

  it('cannot make the server read or grow anything', async () => {
    const doctype = '<!DOCTYPE m [<!ENTITY a SYSTEM "file:///etc/passwd"><!ENTITY b "&a;&a;">]>';
    for (const text of [
      `<?xml version="1.0"?>${doctype}<m>&b;</m>`,
      `${doctype.toLowerCase()}<m/>`,
      (await sample()).replace('Hello', '&unknown;'),
      '<manifest',
      '',
      '<a>'.repeat(100_000),
    ]) {
      const { status } = await upload(text);
      expect([400, 422]).toContain(status);
    }
    // A reader of XML would see another text in these than the server does, a document type too.
    const utf16 = `<?xml version="1.0" encoding="UTF-16LE"?><!DOCTYPE m>${await sample()}`;
    expect((await upload(Buffer.from(utf16, 'utf16le'))).status).toBe(400);
    const marked = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');
    expect((await upload(marked(utf16))).status).toBe(400);
    expect((await upload(marked(await sample()))).status).toBe(400);
    for (const encoding of ['UTF-16', 'UTF-7', 'ISO-2022-JP', 'UTF-32', 'x'])
      expect((await upload((await sample()).replace('UTF-8', encoding))).status).toBe(400);
    expect((await upload(Buffer.from(`\ufeff${(await sample()).replace('UTF-8', 'ISO-8859-1')}`))).status).toBe(400);
    const notUtf8 = Buffer.from((await sample()).replace('Doe', 'Dö'), 'latin1');
    expect((await upload(notUtf8)).status).toBe(400);
    expect((await upload(Buffer.alloc(1024 * 1024 + 1, 0x20))).status).toBe(413);
  });

  it('that takes its time to check keeps nobody else waiting', async () => {
    const many = '<Instance SOPInstanceUID="1.2.3"/>'.repeat(25_000);
    const text = (await sample()).replace('</Series>', `${many}</Series>`);
    const begun = performance.now();
    let answered = false;
    const checked = upload(text).finally(() => (answered = true));
    let longest = 0;
    while (!answered) {
      const asked = performance.now();
      expect((await ask('health/live')).status).toBe(200);
      longest = Math.max(longest, performance.now() - asked);
    }
    expect((await checked).status).toBe(302);
    expect(longest).toBeLessThan((performance.now() - begun) / 2);
  });

  it('needs its parameter, its media type, and a viewer that opens manifests', async () => {
    const text = await sample();
    expect((await upload(text, 'application/xml', 'upload=other')).status).toBe(400);
    expect((await upload(text, 'application/json')).status).toBe(400);
    expect((await upload(text, 'application/dicom')).status).toBe(415);
    expect((await upload(text, 'application/xml', 'upload=manifest&viewer=OHIF')).status).toBe(400);
  });
});
