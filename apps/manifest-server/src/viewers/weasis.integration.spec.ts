import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { instanceRows, sampleArchive } from '@pacs-connectors/connector-testkit';
import { launchAddress, openLaunch, WEASIS_RELEASES, type WeasisRelease } from '@pacs-connectors/test-services';
import { keepTable, WEASIS_COLUMNS } from '../testing/documented-table.js';
import { CONNECTOR_TYPES, type ConnectorType, type ImageAccess, ImageSite } from '../testing/image-site.js';

/** Every kind of archive, opened by three releases of Weasis on real Orthanc: docs/viewers.md has the counts. */
const PAGE = new URL('../../../../docs/viewers.md', import.meta.url);
const [patient] = sampleArchive;
const held = instanceRows([patient!])
  .map(({ instance }) => instance.sopInstanceUid)
  .sort();

const ACCESSES: Record<string, { access: ImageAccess; token?: true }> = {
  'login (`basic`)': { access: { basic: true } },
  'login by `force-basic`': { access: { basic: true, oauth2: 'ours', force: true }, token: true },
  "the caller's token": { access: { oauth2: 'theirs' }, token: true },
  "the server's token": { access: { oauth2: 'ours' } },
  none: { access: { open: true } },
};
const DEPTHS = ['instances', 'STUDY', 'SERIE'] as const;
type Depth = (typeof DEPTHS)[number];

interface Archive {
  name: string;
  type: ConnectorType;
  depth: Depth;
  /** Weasis searches the archive itself. */
  direct?: true;
  /** The releases that show its images. */
  shownBy: readonly WeasisRelease[];
}
const ARCHIVES: Archive[] = [
  { name: '`DB`, images by WADO-URI', type: 'DB', depth: 'instances', shownBy: WEASIS_RELEASES },
  { name: '`DICOM`, images by WADO-URI', type: 'DICOM', depth: 'instances', shownBy: WEASIS_RELEASES },
  { name: '`DICOM_WEB`', type: 'DICOM_WEB', depth: 'instances', shownBy: ['4.7.1', 'newest'] },
  { name: '`DICOM_WEB` with level limit `STUDY`', type: 'DICOM_WEB', depth: 'STUDY', shownBy: ['newest'] },
  { name: '`DICOM_WEB` with level limit `SERIE`', type: 'DICOM_WEB', depth: 'SERIE', shownBy: ['newest'] },
  { name: '`DICOM_WEB`, `launch=rs`', type: 'DICOM_WEB', depth: 'instances', direct: true, shownBy: WEASIS_RELEASES },
];

const CELLS = ARCHIVES.flatMap((archive) =>
  Object.entries(ACCESSES)
    // A password has no place in an address.
    .filter(([, { access }]) => !archive.direct || !access.basic)
    .map(([by, way]) => ({ archive, by, ...way })),
);
const rows: string[][] = [['archive', 'authentication', ...WEASIS_COLUMNS]];

let site: ImageSite;
const servers = {} as Record<Depth, string>;

beforeAll(async () => {
  site = await ImageSite.start([patient!]);
  for (const depth of DEPTHS) {
    const types = depth === 'instances' ? CONNECTOR_TYPES : (['DICOM_WEB'] as const);
    const connectors = types.flatMap((type) =>
      Object.values(ACCESSES).map(({ access }) => [
        idOf(type, access),
        site.connector({ type, layout: 'first', access }),
      ]),
    );
    servers[depth] = await site.serve(
      Object.fromEntries(connectors) as Record<string, object>,
      depth === 'instances' ? {} : { 'connector.dicom-web-level-limit': depth },
    );
  }
}, 180_000);

afterAll(() => site?.stop(), 60_000);

function idOf(type: ConnectorType, access: ImageAccess): string {
  return [type, ...Object.entries(access).map(([key, value]) => (value === true ? key : value))].join('-');
}

describe.each(CELLS)('$archive.name, authentication: $by', ({ archive, by, access, token }) => {
  const counts: number[] = [];

  it.each(WEASIS_RELEASES)('Weasis %s', async (release) => {
    const { type, depth, direct, shownBy } = archive;
    const question = `patientID=${patient!.patientId}&archive=${idOf(type, access)}${direct ? '&launch=rs' : ''}`;
    const headers = token ? { authorization: `Bearer ${site.callersToken}` } : undefined;
    const view = await openLaunch(await launchAddress(`${servers[depth]}/display?${question}`, headers), { release });
    counts.push(view.images);
    expect(view).toMatchObject({ dialogs: [], failedCommands: [] });
    expect(view.sopInstanceUids).toEqual(shownBy.includes(release) ? held : []);
    expect(view.patients).toHaveLength(1);
    expect(view.patients[0]?.studies).toHaveLength(patient!.studies.length);
  });

  afterAll(() => void rows.push([archive.name, by, ...counts.map((count) => `${count} of ${held.length}`)]));
});

it('docs/viewers.md has these counts', async () => {
  expect(rows).toHaveLength(CELLS.length + 1);
  await keepTable(PAGE, 'images shown by Weasis', rows);
});
