import { describe, expect, it } from '@jest/globals';
import { LaunchError } from '@pacs-connectors/connector-core';
import fc from 'fast-check';
import {
  LONGEST_ADDRESS,
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
  const base: WeasisLaunch = { command: WEASIS_COMMAND, manifestUrls: ['https://pacs.example/manifest?key=K'] };

  it('opens the manifest', () => {
    expect(weasisUrl(base)).toBe('weasis://%24dicom%3Aget+-w+%22https%3A%2F%2Fpacs.example%2Fmanifest%3Fkey%3DK%22');
  });

  it('names the launch configuration, with what the caller passes on as its parameters', () => {
    const url = weasisUrl({
      ...base,
      launchConfigurationUrl: 'https://w.example/c?a=b',
      properties: ['weasis.theme dark', 'x y%'],
      user: 'dr who',
      host: 'h',
      config: 'main',
    });
    expect(commandsOf(url)).toEqual([
      '$dicom:get -w "https://pacs.example/manifest?key=K"',
      '$weasis:config wcfg="https://w.example/c?a=b&pro=weasis.theme%20dark&pro=x%20y%25&user=dr%20who&host=h&config=main" pro="weasis.theme dark" pro="x y%"',
    ]);
    expect(commandsOf(weasisUrl({ ...base, launchConfigurationUrl: 'https://w.example/c' }))[1]).toBe(
      '$weasis:config wcfg="https://w.example/c"',
    );
  });

  it('loses nothing in the address of a launch configuration: Weasis drops & and + there', () => {
    const configured = { ...base, launchConfigurationUrl: 'https://w.example/c' };
    for (const value of ['a&b', 'a+b']) {
      expect(() => weasisUrl({ ...configured, properties: [`x ${value}`] })).toThrow(/^pro contains & or \+/);
      for (const name of ['user', 'host', 'client', 'config'])
        expect(() => weasisUrl({ ...configured, [name]: value })).toThrow(new RegExp(`^${name} contains & or \\+`));
      expect(commandsOf(weasisUrl({ ...base, properties: [`x ${value}`] }))[1]).toBe(`$weasis:config pro="x ${value}"`);
    }
  });

  it('passes all properties in one command where there is no launch configuration', () => {
    expect(commandsOf(weasisUrl({ ...base, properties: ['a b', "c 50%'s"] })).slice(1)).toEqual([
      `$weasis:config pro="a b" pro="c 50%'s"`,
    ]);
  });

  it('is a URL with a query where the context says so', () => {
    const url = weasisUrl({ ...base, command: { ...WEASIS_COMMAND, context: '?' } });
    expect(url).toBe('weasis://?%24dicom%3Aget+-w+%22https%3A%2F%2Fpacs.example%2Fmanifest%3Fkey%3DK%22');
    expect(new URL(url).search).toContain('dicom');
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
        ['patientID', 'W 7'],
        ['patientID', '50%"x^^^H Ü'],
        ['accessionNumber', `A 1&$c"'`],
        ['accessionNumber', 'B-1'],
      ] as const,
      bearerToken: 'T.o-k_en',
    };
    // Weasis encodes a patient id itself and copies what is else; a % is whole in single quotes only.
    expect(commandsOf(weasisUrl({ ...base, dicomWeb }))).toEqual([
      '$dicom:rs --url "https://pacs.example/rs" -r "studyUID=1.2" -r "patientID=W 7" ' +
        `-r 'patientID=50%"x^^^H%20%C3%9C' -r 'accessionNumber=A%201%26%24c%22%27' -r "accessionNumber=B-1" ` +
        '-H "Authorization: Bearer T.o-k_en"',
    ]);
    expect(
      commandsOf(weasisUrl({ ...base, dicomWeb: { ...dicomWeb, baseUrl: 'https://p.example/a%20b' } }))[0],
    ).toContain("--url 'https://p.example/a%20b'");
  });

  it('has the viewer log in itself where a provider is named', () => {
    const dicomWeb = {
      baseUrl: 'https://pacs.example/rs',
      query: [['studyUID', '1.2']] as const,
      oidcIssuer: 'https://login.example/realms/imaging',
    };
    expect(commandsOf(weasisUrl({ ...base, dicomWeb }))).toEqual([
      '$dicom:rs --url "https://pacs.example/rs" -r "studyUID=1.2" --oidc-iss "https://login.example/realms/imaging"',
    ]);
  });

  it.each(['A&patientID=B', 'A=B', '$A', 'A\\B', `5%'`])('does not ask for another patient: %s is refused', (id) => {
    const dicomWeb = { baseUrl: 'https://pacs.example/rs', query: [['patientID', id]] as const };
    expect(() => weasisUrl({ ...base, dicomWeb })).toThrow(/^patientID contains /);
  });

  it.each([
    ['patientID', 'P*'],
    ['patientID', 'P?'],
    ['patientID', 'P1^^^H*'],
    ['patientID', 'P1^^^H\\I'],
    ['accessionNumber', 'A*'],
    ['accessionNumber', '?'],
    ['accessionNumber', 'A\\B'],
  ])('lists no other studies: %s=%s is refused', (name, value) => {
    const dicomWeb = { baseUrl: 'https://pacs.example/rs', query: [[name, value]] as const };
    expect(() => weasisUrl({ ...base, dicomWeb })).toThrow(new RegExp(`^${name} contains .*Launch a manifest`));
  });

  describe('refuses an address that Windows would drop, naming what makes it long', () => {
    const long = 'x'.repeat(2000);
    const rs = { baseUrl: 'https://pacs.example/rs', query: [['studyUID', '1.2']] as const };
    const uids = Array.from({ length: 40 }, (_, index) => ['studyUID', `1.2.${'9'.repeat(50)}${index}`] as const);
    it.each<[string, Partial<WeasisLaunch>]>([
      ['access_token', { dicomWeb: { ...rs, bearerToken: long } }],
      ['studyUID', { dicomWeb: { ...rs, query: uids, bearerToken: 'short' } }],
      ['pro', { properties: ['a b', `c ${long}`] }],
      ['pro', { properties: [`c ${long}`], launchConfigurationUrl: 'https://w.example/c' }],
      ['user', { user: long, launchConfigurationUrl: 'https://w.example/c' }],
      ['arg', { commands: [`$dicom:get -r "https://x.example/${long}"`] }],
    ])('%s', (parameter, launch) => {
      const url = () => weasisUrl({ ...base, ...launch });
      expect(url).toThrow(LaunchError);
      expect(url).toThrow(new RegExp(`^${parameter} makes the launch address \\d+ characters long`));
    });

    it('takes the longest that arrives', () => {
      const { length } = weasisUrl({ ...base, properties: ['p v'] });
      const property = `p v${'v'.repeat(LONGEST_ADDRESS - length)}`;
      expect(weasisUrl({ ...base, properties: [property] })).toHaveLength(2000);
      expect(() => weasisUrl({ ...base, properties: [`${property}v`] })).toThrow('2001 characters');
    });
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
        expect(commands[1]).toMatch(/^\$weasis:config (wcfg="[^"$]*" )?pro="[^"$]*"$/);
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

  it('refuses an address that Windows would drop', () => {
    expect(() => slicerUrl({ ...base, bearerToken: 't'.repeat(2000) })).toThrow(
      /^access_token makes the launch address/,
    );
  });

  it('says what is too many or too few, and by which parameter', () => {
    expect(() => slicerUrl({ ...base, studyInstanceUids: ['1.2', '1.3'] })).toThrow(
      new LaunchError('studyUID', 'leads to 2 studies: 3D Slicer opens exactly one'),
    );
    expect(() => slicerUrl({ ...base, dicomWebUrls: [] })).toThrow(
      /^archive leads to 0 archives: 3D Slicer opens a study of exactly one/,
    );
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

  it.each(['A*', 'A?', 'A\\B', '*'])('opens no other studies: %s is refused', (value) => {
    for (const [name, kind] of [
      ['patientID', 'patientIds'],
      ['accessionNumber', 'accessionNumbers'],
    ] as const)
      expect(() => microDicomUrl({ ...base, question: { ...nothing, [kind]: [value] } })).toThrow(
        new RegExp(`^${name} contains .*Name a study`),
      );
  });

  it('asks by exactly one identifier at one archive or more', () => {
    expect(() => microDicomUrl({ ...base, question: nothing })).toThrow(/^studyUID is one of 0 identifiers/);
    expect(() =>
      microDicomUrl({ ...base, question: { ...nothing, patientIds: ['1'], accessionNumbers: ['2'] } }),
    ).toThrow(/^patientID is one of 2 identifiers/);
    const archives = Array.from({ length: 100 }, (_, port) => ({ aet: 'ARCHIVE', host: 'pacs.example', port }));
    expect(() => microDicomUrl({ ...base, archives })).toThrow(/^archive makes the launch address/);
    expect(() => microDicomUrl({ ...base, archives: [] })).toThrow(/^archive is missing/);
  });
});
