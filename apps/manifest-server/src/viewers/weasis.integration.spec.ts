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
/** Servers by what differs in their configurations. */
const SERVERS = {
  plain: {},
  STUDY: { 'connector.dicom-web-level-limit': 'STUDY' },
  SERIE: { 'connector.dicom-web-level-limit': 'SERIE' },
  'oldest release': { 'weasis.oldest-release': '4.6.6' },
};
type ServerName = keyof typeof SERVERS;

interface Archive {
  name: string;
  type: ConnectorType;
  server: ServerName;
  /** The parameter of the request that makes Weasis search the archive itself. */
  launch?: 'rs';
  /** The releases that show its images. */
  shownBy: readonly WeasisRelease[];
}
const MANIFESTS = ['4.7.1', 'newest'] as const;
const ARCHIVES: Archive[] = [
  { name: '`DB`, images by WADO-URI', type: 'DB', server: 'plain', shownBy: WEASIS_RELEASES },
  { name: '`DICOM`, images by WADO-URI', type: 'DICOM', server: 'plain', shownBy: WEASIS_RELEASES },
  { name: '`DICOM_WEB`', type: 'DICOM_WEB', server: 'plain', shownBy: MANIFESTS },
  { name: '`DICOM_WEB` with level limit `STUDY`', type: 'DICOM_WEB', server: 'STUDY', shownBy: ['newest'] },
  { name: '`DICOM_WEB` with level limit `SERIE`', type: 'DICOM_WEB', server: 'SERIE', shownBy: ['newest'] },
  { name: '`DICOM_WEB`, `launch=rs`', type: 'DICOM_WEB', server: 'plain', launch: 'rs', shownBy: WEASIS_RELEASES },
  {
    name: '`DICOM_WEB`, `weasis.oldest-release: 4.6.6`',
    type: 'DICOM_WEB',
    server: 'oldest release',
    shownBy: WEASIS_RELEASES,
  },
];

/** A password has no place in an address, so an archive with a login cannot be searched by Weasis itself. */
const isSearchedByWeasis = ({ server, launch }: Archive) => launch === 'rs' || server === 'oldest release';

const CELLS = ARCHIVES.flatMap((archive) =>
  Object.entries(ACCESSES)
    .filter(([, { access }]) => !(isSearchedByWeasis(archive) && access.basic))
    .map(([by, way]) => ({ archive, by, ...way })),
);
const rows: string[][] = [['archive', 'authentication', ...WEASIS_COLUMNS]];

let site: ImageSite;
const servers = {} as Record<ServerName, string>;

beforeAll(async () => {
  site = await ImageSite.start([patient!]);
  for (const [name, further] of Object.entries(SERVERS)) {
    const connectors = CONNECTOR_TYPES.flatMap((type) =>
      Object.values(ACCESSES).map(
        ({ access }) => [idOf(type, access), site.connector({ type, layout: 'first', access })] as const,
      ),
    );
    servers[name as ServerName] = await site.serve(Object.fromEntries(connectors), further);
  }
});

afterAll(() => site?.stop());

function idOf(type: ConnectorType, access: ImageAccess): string {
  return [type, ...Object.entries(access).map(([key, value]) => (value === true ? key : value))].join('-');
}

describe.each(CELLS)('$archive.name, authentication: $by', ({ archive, by, access, token }) => {
  const counts: number[] = [];

  it.each(WEASIS_RELEASES)('Weasis %s', async (release) => {
    const { type, server, launch, shownBy } = archive;
    const question = `patientID=${patient!.patientId}&archive=${idOf(type, access)}${launch ? `&launch=${launch}` : ''}`;
    const headers = token ? { authorization: `Bearer ${site.callersToken}` } : undefined;
    const view = await openLaunch(await launchAddress(`${servers[server]}/display?${question}`, headers), { release });
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
