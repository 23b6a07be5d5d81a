import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sampleArchive } from '@pacs-connectors/connector-testkit';
import { launchAddress, manifestAddresses, openLaunch, type WeasisView } from '@pacs-connectors/test-services';
import {
  CLIENT_ID,
  CONNECTOR_TYPES,
  type ConnectorType,
  type ImageAccess,
  ImageSite,
  LAYOUTS,
  LOGIN,
} from '../testing/image-site.js';

/** The study that is opened, and another one that is opened where two archives answer. */
const patients = sampleArchive.slice(0, 2);
const [study, otherStudy] = patients.map(({ studies }) => studies[0]!) as [Study, Study];
type Study = (typeof patients)[number]['studies'][number];
const imagesOf = ({ series }: Study) => series.reduce((sum, { instances }) => sum + instances.length, 0);

let site: ImageSite;
let url: string;

type By = 'login' | 'the token of the caller' | 'a token of ours' | 'an error';

/** The four cases, and what becomes of each with a token and without. */
const CASES: { name: string; access: ImageAccess; withToken: By; without: By }[] = [
  { name: 'basic', access: { basic: true }, withToken: 'login', without: 'login' },
  { name: 'forced', access: { basic: true, oauth2: 'ours', force: true }, withToken: 'login', without: 'login' },
  { name: 'handed-on', access: { oauth2: 'theirs' }, withToken: 'the token of the caller', without: 'an error' },
  {
    name: 'fallback',
    access: { basic: true, oauth2: 'theirs' },
    withToken: 'the token of the caller',
    without: 'login',
  },
  { name: 'client', access: { oauth2: 'ours' }, withToken: 'a token of ours', without: 'a token of ours' },
];

const TABLE = CONNECTOR_TYPES.flatMap((type) =>
  LAYOUTS.flatMap((layout) => CASES.map((one) => ({ ...one, type, layout, id: `${type}-${layout}-${one.name}` }))),
);

beforeAll(async () => {
  site = await ImageSite.start(patients);
  url = await site.serve({
    ...Object.fromEntries(TABLE.map((one) => [one.id, site.connector(one)])),
    // It lists the studies that the others list too.
    beside: { ...site.connector({ type: 'DB', layout: 'first', access: { basic: true } }), separate: true },
    // Both its services in one place, which needs a token for queries too.
    'one-place': site.connectorOfOnePlace('ours'),
    'as-caller': site.connectorOfOnePlace('theirs'),
  });
});

afterAll(() => site?.stop());

interface Part {
  arcId: string;
  baseUrl: string;
  webLogin?: string;
  httpTag?: { key: string; value: string }[];
  Message?: { severity: string; description: string };
  Patient: { Study: { StudyInstanceUID: string }[] }[];
}

/** A launch of the viewer, with its manifest fetched as the viewer would: without the caller's token. */
interface Opened {
  launch: string;
  parts: Part[];
}

async function open(
  archive: string,
  studies: Study[] = [study],
  request: { query?: string; headers?: Record<string, string> } = {},
): Promise<Opened> {
  const { query = '', headers } = request;
  const uids = studies.map(({ studyInstanceUid }) => studyInstanceUid).join();
  const launch = await launchAddress(`${url}/display?studyUID=${uids}&archive=${archive}${query}`, headers);
  const address = new URL(manifestAddresses(launch)[0] ?? '');
  // A launch may have a manifest for each archive; this is the whole.
  address.searchParams.delete('part');
  const response = await fetch(address, { headers: { accept: 'application/json' } });
  return { launch, parts: ((await response.json()) as { manifest: { arcQuery: Part[] } }).manifest.arcQuery };
}

/** Checks that a part says by what its images are retrieved, and names these studies. */
async function expectPartBy(by: By, part: Part | undefined, type: ConnectorType, studies = [study]): Promise<void> {
  if (!part) throw new Error('the manifest has no such part');
  const token = part.httpTag?.find(({ key }) => key === 'Authorization')?.value.replace(/^Bearer /, '');
  if (by === 'an error') {
    expect(part).toMatchObject({ Message: { severity: 'ERROR' }, Patient: [] });
    expect([part.webLogin, token]).toEqual([undefined, undefined]);
    return;
  }
  const listed = part.Patient.flatMap(({ Study }) => Study.map(({ StudyInstanceUID }) => StudyInstanceUID));
  expect(listed.sort()).toEqual(studies.map(({ studyInstanceUid }) => studyInstanceUid).sort());
  if (by === 'login') {
    expect([part.baseUrl, token]).toEqual([site.baseUrl(type, 'login'), undefined]);
    expect(part.webLogin).toBe(btoa(`${LOGIN.user}:${LOGIN.password}`));
  } else {
    expect([part.baseUrl, part.webLogin]).toEqual([site.baseUrl(type, 'token'), undefined]);
    expect(token === site.callersToken).toBe(by === 'the token of the caller');
    expect(await site.provider.introspect(token ?? '')).toMatchObject({ active: true, client_id: CLIENT_ID });
  }
}

/** Opens the launch in the viewer, which has to show every image of these studies and nothing else. */
async function expectImages(launch: string, studies: Study[], messages: string[] = []): Promise<void> {
  const view = await openLaunch(launch);
  const images = studies.reduce((sum, one) => sum + imagesOf(one), 0);
  expect(view).toMatchObject({ images, missing: [], failedCommands: [] });
  expect(view.dialogs).toEqual(view.messages);
  expect(view.messages.map(({ severity }) => severity)).toEqual(messages);
}

describe.each(TABLE)('$type, the $layout layout, $name', ({ id, type, withToken, without }) => {
  it(`a request with a token: ${withToken}`, async () => {
    const byHeader = await open(id, [study], { headers: { authorization: `Bearer ${site.callersToken}` } });
    await expectPartBy(withToken, byHeader.parts[0], type);
    await expectImages(byHeader.launch, [study]);
    const byParameter = await open(id, [study], { query: `&access_token=${site.callersToken}` });
    expect(byParameter.parts).toEqual(byHeader.parts);
  });

  it(`a request without: ${without}`, async () => {
    const messages = without === 'an error' ? ['ERROR'] : [];
    const { launch, parts } = await open(id);
    await expectPartBy(without, parts[0], type);
    await expectImages(launch, without === 'an error' ? [] : [study], messages);
  });

  it('another archive answers beside it, whatever becomes of this one', async () => {
    const both = [study, otherStudy];
    const { launch, parts } = await open(`${id},beside`, both);
    const partOf = (arcId: string) => parts.find((part) => part.arcId === arcId);
    await expectPartBy(without, partOf(id), type, both);
    await expectPartBy('login', partOf('beside'), 'DB', both);
    await expectImages(launch, both, without === 'an error' ? ['ERROR'] : []);
  });
});

describe('queries and images of a DICOMweb service in one place', () => {
  it('go by a token of ours', async () => {
    const { launch, parts } = await open('one-place');
    await expectPartBy('a token of ours', parts[0], 'DICOM_WEB');
    await expectImages(launch, [study]);
  });

  it('go by the token of the caller, and are an error without one', async () => {
    const { launch, parts } = await open('as-caller', [study], {
      headers: { authorization: `Bearer ${site.callersToken}` },
    });
    await expectPartBy('the token of the caller', parts[0], 'DICOM_WEB');
    await expectImages(launch, [study]);
    await expectPartBy('an error', (await open('as-caller')).parts[0], 'DICOM_WEB');
  });
});

it('without its login or a token that the provider gave, nobody gets an image', async () => {
  const address = ({ requests }: WeasisView) => requests.at(-1)?.address ?? '';
  const byLogin = address(await openLaunch((await open('DICOM_WEB-first-basic')).launch));
  expect((await fetch(byLogin)).status).toBe(401);
  const byToken = address(await openLaunch((await open('DICOM_WEB-first-client')).launch));
  const forged = { authorization: `Bearer ${site.callersToken}x` };
  expect((await fetch(byToken, { headers: forged })).status).toBe(401);
  expect((await fetch(byToken, { headers: { authorization: `Bearer ${site.callersToken}` } })).status).toBe(200);
});
