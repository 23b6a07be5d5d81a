import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  LaunchError,
  microDicomUrl,
  ohifUrl,
  slicerUrl,
  WEASIS_COMMAND,
  weasisUrl,
  type WeasisLaunch,
} from './index.js';

/** What Weasis makes of its address: it decodes once and begins a command at each `$`. */
function commandsOf(url: string): string[] {
  const text = decodeURIComponent(url.slice('weasis://'.length).replace(/\+/g, ' '));
  return text
    .split('$')
    .filter((part) => part !== '')
    .map((part) => `$${part.trim()}`);
}

describe('Weasis', () => {
  const base: WeasisLaunch = { command: WEASIS_COMMAND, manifestUrl: 'https://pacs.example/manifest?key=K' };

  it('opens the manifest', () => {
    expect(weasisUrl(base)).toBe('weasis://%24dicom%3Aget+-w+%22https%3A%2F%2Fpacs.example%2Fmanifest%3Fkey%3DK%22');
  });

  it('names the launch configuration, with what the caller passes on as its parameters', () => {
    const url = weasisUrl({
      ...base,
      launchConfigurationUrl: 'https://w.example/c?a=b',
      properties: ['weasis.theme dark', 'x $y"'],
      user: 'dr&who',
      host: 'h',
      config: 'main',
    });
    expect(commandsOf(url)).toEqual([
      '$dicom:get -w "https://pacs.example/manifest?key=K"',
      '$weasis:config wcfg="https://w.example/c?a=b&pro=weasis.theme%20dark&pro=x%20%24y%22&user=dr%26who&host=h&config=main"',
    ]);
    expect(commandsOf(weasisUrl({ ...base, launchConfigurationUrl: 'https://w.example/c' }))[1]).toBe(
      '$weasis:config wcfg="https://w.example/c"',
    );
  });

  it('passes properties as commands where there is no launch configuration', () => {
    expect(commandsOf(weasisUrl({ ...base, properties: ['a b', 'c d'] })).slice(1)).toEqual([
      '$weasis:config pro="a b"',
      '$weasis:config pro="c d"',
    ]);
  });

  it("puts the caller's commands in place of the manifest's", () => {
    expect(
      commandsOf(weasisUrl({ ...base, commands: ['$dicom:get -r "https://x.example/1"', '$image:get -u "y"'] })),
    ).toEqual(['$dicom:get -r "https://x.example/1"', '$image:get -u "y"']);
  });

  it('writes the direct DICOMweb form', () => {
    const dicomWeb = {
      baseUrl: 'https://pacs.example/rs',
      query: [
        ['studyUID', '1.2'],
        ['patientID', 'a&b $c"'],
      ] as const,
      bearerToken: 'T.o-k_en',
    };
    expect(commandsOf(weasisUrl({ ...base, dicomWeb }))).toEqual([
      '$dicom:rs --url "https://pacs.example/rs" -r "studyUID=1.2&patientID=a%26b%20%24c%22" -H "Authorization: Bearer T.o-k_en"',
    ]);
  });

  it('no value adds a command: it is carried whole, or refused', () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('" $dicom:close --all "', 'a"b', '$x', 'a\\', 'a\nb', '%22 %24'),
    );
    fc.assert(
      fc.property(value, value, fc.boolean(), (property, user, configured) => {
        let commands: string[];
        try {
          commands = commandsOf(
            weasisUrl({
              ...base,
              properties: [property],
              user,
              launchConfigurationUrl: configured ? 'https://w.example' : undefined,
            }),
          );
        } catch (error) {
          // A lone surrogate cannot be encoded at all (URIError).
          expect(error instanceof LaunchError || error instanceof URIError).toBe(true);
          return;
        }
        expect(commands).toHaveLength(2);
        expect(commands[0]).toBe('$dicom:get -w "https://pacs.example/manifest?key=K"');
        expect(commands[1]?.match(/"/g)).toHaveLength(2);
        expect(commands[1]).toMatch(/^\$weasis:config (wcfg|pro)="[^"$]*"$/);
      }),
    );
  });
});

describe('OHIF', () => {
  const base = { baseUrl: 'https://ohif.example/', studyInstanceUids: ['1.2', '1.3'] };

  it('opens studies of a data source, narrowed to series and a first image', () => {
    expect(ohifUrl(base)).toBe('https://ohif.example/viewer?StudyInstanceUIDs=1.2,1.3');
    expect(
      ohifUrl({
        ...base,
        dataSource: 'main pacs',
        seriesInstanceUids: ['1.2.1'],
        initialSeriesInstanceUid: '1.2.1',
        initialSopInstanceUid: '1.2.1.1',
      }),
    ).toBe(
      'https://ohif.example/viewer/main%20pacs?StudyInstanceUIDs=1.2,1.3&SeriesInstanceUIDs=1.2.1&initialSeriesInstanceUID=1.2.1&initialSopInstanceUID=1.2.1.1',
    );
  });

  it('hands the token on in the fragment, in the query only where that is asked for', () => {
    expect(ohifUrl({ ...base, bearerToken: 'a b' })).toBe(
      'https://ohif.example/viewer?StudyInstanceUIDs=1.2,1.3#token=a%20b',
    );
    expect(ohifUrl({ ...base, bearerToken: 'ab', tokenInQuery: true })).toBe(
      'https://ohif.example/viewer?StudyInstanceUIDs=1.2,1.3&token=ab',
    );
  });

  it('needs a study', () => {
    expect(() => ohifUrl({ ...base, studyInstanceUids: [] })).toThrow(LaunchError);
  });
});

describe('3D Slicer', () => {
  const base = {
    protocol: 'slicer://',
    context: 'viewer',
    dicomWebUrls: ['https://pacs.example/rs'],
    studyInstanceUids: ['1.2'],
  };

  it('opens one study of one archive', () => {
    expect(slicerUrl(base)).toBe('slicer://viewer/?studyUID=1.2&dicomweb_endpoint=https%3A%2F%2Fpacs.example%2Frs');
    expect(slicerUrl({ ...base, bearerToken: 't&t' })).toMatch(/&access_token=t%26t$/);
  });

  it('says what is too many or too few, and by which parameter', () => {
    expect(() => slicerUrl({ ...base, studyInstanceUids: ['1.2', '1.3'] })).toThrow(
      new LaunchError('studyUID', '3D Slicer opens exactly one study, and 2 are asked for'),
    );
    expect(() => slicerUrl({ ...base, dicomWebUrls: [] })).toThrow(/exactly one archive, and 0 are asked for/);
  });
});

describe('MicroDicom', () => {
  const nothing = {
    patientIds: [],
    studyInstanceUids: [],
    accessionNumbers: [],
    seriesInstanceUids: [],
    sopInstanceUids: [],
  };
  const base = {
    protocol: 'microdicom://',
    context: '',
    archives: [
      { aet: 'PACS A', host: 'pacs.example', port: 104 },
      { aet: 'B', host: 'b', port: 11112 },
    ],
    question: { ...nothing, studyInstanceUids: ['1.2'] },
  };

  it('names the archives, then what is asked', () => {
    expect(microDicomUrl(base)).toBe(
      'microdicom://?param=pacsServer&value=PACS%20A@pacs.example:104&value=B@b:11112&param=pacsTagValue&value=0020000D&value=1.2',
    );
    expect(microDicomUrl({ ...base, question: { ...nothing, patientIds: ['a&b'] } })).toMatch(
      /&value=00100020&value=a%26b$/,
    );
  });

  it('asks by exactly one identifier at one archive or more', () => {
    expect(() => microDicomUrl({ ...base, question: nothing })).toThrow(/and 0 are asked for/);
    expect(() =>
      microDicomUrl({ ...base, question: { ...nothing, patientIds: ['1'], accessionNumbers: ['2'] } }),
    ).toThrow(/and 2 are asked for/);
    expect(() => microDicomUrl({ ...base, archives: [] })).toThrow(/none of the archives/);
  });
});
