import { describe, expect, it } from '@jest/globals';
import { type Instance, type Series } from '@pacs-connectors/connector-core';
import { arrange } from './arrange.js';
import { type ArcQueryElement } from '../model/elements.js';
import { type ArcQuery } from '../model/manifest.js';
import { Pace } from './pace.js';
import { arcQueryOf } from '../testing/render.js';

const PATH = '/studies/1.2/series/1.3/instances/1.4';

async function part(series: Series[], more: Partial<ArcQuery> = {}): Promise<ArcQueryElement> {
  const patients = [{ patientId: '1', studies: [{ studyInstanceUid: '1.2', series }] }];
  const query = { ...arcQueryOf(patients), baseUrl: 'http://pacs/dicom-web', queryMode: 'DICOM_WEB' as const, ...more };
  const { arcQuery } = await arrange({ arcQueries: [query] }, new Pace());
  return arcQuery[0] as ArcQueryElement;
}

function withImage(instance: Partial<Instance> = {}): Series[] {
  return [{ seriesInstanceUid: '1.3', instances: [{ sopInstanceUid: '1.4', ...instance }] }];
}

/** The address that Weasis fetches the only image from: the three are joined as they are. */
function imageAddress({ baseUrl, Patient, additionalParameters = '' }: ArcQueryElement): string {
  const file = Patient[0]?.Study[0]?.Series[0]?.Instance[0]?.DirectDownloadFile;
  return baseUrl + String(file) + additionalParameters;
}

describe('the address of an image by DICOMweb', () => {
  it.each(['http://pacs/dicom-web', 'http://pacs/dicom-web/', 'http://pacs/dicom-web//'])(
    'below %s',
    async (baseUrl) => {
      const found = await part(withImage(), { baseUrl });
      expect(imageAddress(found)).toBe(`http://pacs/dicom-web${PATH}`);
      // The newest Weasis appends /studies/… to it by itself.
      expect(found.baseUrl).toBe('http://pacs/dicom-web');
    },
  );

  it('has a query for the extra parameters to continue', async () => {
    expect(imageAddress(await part(withImage(), { additionalParameters: '&token=x' }))).toBe(
      `http://pacs/dicom-web${PATH}?&token=x`,
    );
    expect(imageAddress(await part(withImage(), { additionalParameters: '?token=x' }))).toBe(
      `http://pacs/dicom-web${PATH}?token=x`,
    );
  });

  it('is the one that the connector gives, where it gives one', async () => {
    expect(imageAddress(await part(withImage({ directDownloadFile: '/files/4?x=y' })))).toBe(
      'http://pacs/dicom-web/files/4?x=y',
    );
  });

  it.each(['DB', 'DICOM', undefined] as const)('is none of an archive of queryMode %s', async (queryMode) => {
    const found = await part(withImage(), { queryMode, baseUrl: 'http://pacs/wado/', overrideDicomTags: [0x00100010] });
    expect(found).toMatchObject({
      baseUrl: 'http://pacs/wado/',
      overrideDicomTagsList: '0x00100010',
      Patient: [{ Study: [{ Series: [{ Instance: [{ DirectDownloadFile: undefined }] }] }] }],
    });
    expect(found.seriesRetrieve).toBeUndefined();
  });
});

describe('seriesRetrieve', () => {
  it.each<[string, Series[]]>([
    ['a study without series', []],
    ['a series without instances', [{ seriesInstanceUid: '1.3', instances: [] }]],
    ['one series without instances', [...withImage(), { seriesInstanceUid: '1.5', instances: [] }]],
  ])('is true for %s: Weasis would list it and fetch nothing', async (_name, series) => {
    expect((await part(series)).seriesRetrieve).toBe(true);
  });

  it('is left out where every instance is listed', async () => {
    expect((await part(withImage())).seriesRetrieve).toBeUndefined();
  });

  it('stays as it is where it is given', async () => {
    expect((await part([], { seriesRetrieve: false })).seriesRetrieve).toBe(false);
  });
});

describe('overrideDicomTags', () => {
  const overrideDicomTags = [0x00100010];

  it('is left out with a notice where instances are listed: Weasis would show no image', async () => {
    const notices = [{ severity: 'INFO' as const, title: 'Nothing', description: 'much' }];
    const found = await part(withImage(), { overrideDicomTags, notices });
    expect(found.overrideDicomTagsList).toBeUndefined();
    expect(found.Message).toMatchObject({ severity: 'WARN' });
    expect(found.Message?.description).toMatch(/0x00100010.*\n.*much/);
  });

  it('stays where Weasis asks for whole series', async () => {
    const found = await part([{ seriesInstanceUid: '1.3', instances: [] }], { overrideDicomTags });
    expect(found.overrideDicomTagsList).toBe('0x00100010');
    expect(found.Message).toBeUndefined();
  });
});
