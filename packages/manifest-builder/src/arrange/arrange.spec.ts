import { describe, expect, it } from '@jest/globals';
import { type Patient, type Series, type Study } from '@pacs-connectors/connector-core';
import fc from 'fast-check';
import { arrange } from './arrange.js';
import { type ArcQueryElement } from '../model/elements.js';
import { type ArcQuery } from '../model/manifest.js';
import { Pace } from './pace.js';
import { anyManifest, patients as anyPatients } from '../testing/arbitrary.js';
import { arcQueryOf, patientOf } from '../testing/render.js';

async function arranged(patients: Patient[], more: Partial<ArcQuery> = {}): Promise<ArcQueryElement> {
  const { arcQuery } = await arrange({ arcQueries: [arcQueryOf(patients, more)] }, new Pace());
  return arcQuery[0] as ArcQueryElement;
}

function study(studyInstanceUid: string, more: Partial<Study> = {}): Study {
  return { studyInstanceUid, series: [], ...more };
}

function series(seriesInstanceUid: string, more: Partial<Series> = {}): Series {
  return { seriesInstanceUid, instances: [], ...more };
}

describe('order', () => {
  it('puts patients by id and issuer', async () => {
    const { Patient: patients } = await arranged([
      { patientId: '2', studies: [] },
      { patientId: '1', issuerOfPatientId: 'B', studies: [] },
      { patientId: '1', studies: [] },
      { patientId: '1', issuerOfPatientId: 'A', studies: [] },
    ]);
    expect(patients.map((patient) => patient.PatientID + (patient.IssuerOfPatientID ?? ''))).toEqual([
      '1',
      '1A',
      '1B',
      '2',
    ]);
  });

  it('puts studies newest first, those without a date last', async () => {
    const { Patient: patients } = await arranged([
      {
        patientId: '1',
        studies: [
          study('1.5'),
          study('1.1', { studyDate: '2019-05-06' }),
          study('1.4', { studyDate: '20200101', studyTime: '0900' }),
          study('1.3', { studyDate: '20200101', studyTime: '10:00:00' }),
          study('1.2', { studyDate: '20200101', studyTime: '100000' }),
          study('1.6', { studyDate: '20210230' }),
        ],
      },
    ]);
    expect(patients[0]?.Study.map((element) => element.StudyInstanceUID)).toEqual([
      '1.2',
      '1.3',
      '1.4',
      '1.1',
      '1.5',
      '1.6',
    ]);
  });

  it('puts series and instances by number, then UID, those without a number last', async () => {
    const numbers: [string, string | undefined][] = [
      ['1.9', undefined],
      ['1.8', '10'],
      ['1.7', '9'],
      ['1.6', ' 009'],
      ['1.5', '-1'],
      ['1.4', 'x'],
    ];
    const expected = ['1.5', '1.6', '1.7', '1.8', '1.4', '1.9'];
    const { Patient: patients } = await arranged([
      {
        patientId: '1',
        studies: [study('1.2', { series: numbers.map(([uid, seriesNumber]) => series(uid, { seriesNumber })) })],
      },
    ]);
    expect(patients[0]?.Study[0]?.Series.map((element) => element.SeriesInstanceUID)).toEqual(expected);
    const instances = await arranged([
      patientOf(numbers.map(([sopInstanceUid, instanceNumber]) => ({ sopInstanceUid, instanceNumber }))),
    ]);
    expect(instances.Patient[0]?.Study[0]?.Series[0]?.Instance.map((element) => element.SOPInstanceUID)).toEqual(
      expected,
    );
  });

  it('is the same whatever order the archive answered in', async () => {
    await fc.assert(
      fc.asyncProperty(anyPatients, fc.integer(), async (patients, seed) => {
        expect(await arranged(shuffled(patients, seed))).toEqual(await arranged(patients));
      }),
      { numRuns: 300 },
    );
  });
});

describe('duplicates', () => {
  it('are one patient by id and issuer, with all studies and what each node knew', async () => {
    const { Patient: patients, Message } = await arranged([
      { patientId: '1', issuerOfPatientId: 'A', patientName: 'DOE^J', studies: [study('1.1')] },
      { patientId: '1', issuerOfPatientId: 'B', patientName: 'ROE^R', studies: [study('1.2')] },
      {
        patientId: ' 1',
        issuerOfPatientId: 'A',
        patientName: 'DOE^JANE',
        patientSex: 'F',
        studies: [study('1.3'), study('1.1', { studyDescription: 'Thorax' })],
      },
    ]);
    expect(
      patients.map((patient) => [
        patient.PatientName,
        patient.PatientSex,
        patient.Study.map((element) => element.StudyInstanceUID),
      ]),
    ).toEqual([
      ['DOE^JANE', 'F', ['1.1', '1.3']],
      ['ROE^R', undefined, ['1.2']],
    ]);
    expect(patients[0]?.Study[0]?.StudyDescription).toBe('Thorax');
    expect(Message).toBeUndefined();
  });

  it('stay several patients where nothing but a missing id joins them', async () => {
    const { Patient: patients } = await arranged([
      { patientId: '', patientName: 'DOE^JANE', studies: [study('1.1')] },
      { patientId: ' ', patientName: 'ROE^R', studies: [study('1.2')] },
      { patientId: '', patientName: 'DOE^JANE', studies: [study('1.3')] },
    ]);
    expect(patients.map((patient) => [patient.PatientName, patient.Study.length])).toEqual([
      ['DOE^JANE', 2],
      ['ROE^R', 1],
    ]);
  });

  it('stay several patients where only the cut makes their ids equal', async () => {
    const id = '1'.repeat(64);
    const { Patient: patients } = await arranged([
      { patientId: `${id}A`, studies: [study('1.1')] },
      { patientId: `${id}B`, studies: [study('1.2')] },
    ]);
    expect(patients.map((patient) => patient.PatientID)).toEqual([id, id]);
  });

  it('are listed once if a study is under two patients, with the children of both and a notice', async () => {
    const { Patient: patients, Message } = await arranged([
      { patientId: '2', studies: [study('1.1', { series: [series('1.1.1')] })] },
      { patientId: '1', studies: [study('1.1', { series: [series('1.1.2')] })] },
    ]);
    expect(patients.map((patient) => patient.PatientID)).toEqual(['1']);
    expect(patients[0]?.Study[0]?.Series.map((element) => element.SeriesInstanceUID)).toEqual(['1.1.1', '1.1.2']);
    expect(Message).toMatchObject({ severity: 'WARN', title: 'Listed more than once' });
    expect(Message?.description).toContain('1 study or series');
  });

  it('of an instance go, also across series', async () => {
    const { Patient: patients } = await arranged([
      {
        patientId: '1',
        studies: [
          study('1.1', {
            series: [
              series('1.1.2', { instances: [{ sopInstanceUid: '1.5' }, { sopInstanceUid: '1.6' }] }),
              series('1.1.1', {
                instances: [{ sopInstanceUid: '1.5' }, { sopInstanceUid: '1.5\0', instanceNumber: '4' }],
              }),
            ],
          }),
        ],
      },
    ]);
    expect(patients[0]?.Study[0]?.Series.map((element) => element.Instance)).toEqual([
      [{ SOPInstanceUID: '1.5', InstanceNumber: 4 }],
      [{ SOPInstanceUID: '1.6' }],
    ]);
  });
});

describe('UIDs that are not valid', () => {
  it('cost their node, and the message counts them', async () => {
    const { Patient: patients, Message } = await arranged(
      [
        {
          patientId: '1',
          studies: [
            study('not a uid', { series: [series('1.9')] }),
            study('', {}),
            study('1.1', {
              series: [
                series('x'),
                series('1.1.1', { instances: [{ sopInstanceUid: `1.${'2'.repeat(63)}` }, { sopInstanceUid: '1.5' }] }),
              ],
            }),
          ],
        },
        { patientId: '2', studies: [study('?')] },
        { patientId: '3', studies: [] },
      ],
      { notices: [{ severity: 'ERROR', title: 'Cut', description: 'Only half.' }] },
    );
    expect(patients.map((patient) => patient.PatientID)).toEqual(['1', '3']);
    expect(patients[0]?.Study[0]?.Series[0]?.Instance).toEqual([{ SOPInstanceUID: '1.5' }]);
    expect(Message?.severity).toBe('ERROR');
    expect(Message?.title).toBe('Cut; Not everything can be shown');
    expect(Message?.description).toContain('Only half.');
    expect(Message?.description).toMatch(
      /3 studies, 1 series and 1 image of archive main are not listed.* \[manifest\.uid\.invalid\]$/,
    );
  });
});

it('puts transfer syntax and compression rate on every series', async () => {
  const patients = [{ patientId: '1', studies: [study('1.1', { series: [series('1.2'), series('1.3')] })] }];
  const good = await arranged(patients, { transferSyntaxUid: '1.2.840.10008.1.2.4.70', compressionRate: 80 });
  for (const element of good.Patient[0]?.Study[0]?.Series ?? [])
    expect(element).toMatchObject({ WadoTransferSyntaxUID: '1.2.840.10008.1.2.4.70', WadoCompressionRate: 80 });
  expect(good.Patient[0]?.Study[0]?.Series).toHaveLength(2);
  const bad = await arranged(patients, { transferSyntaxUid: 'JPEG', compressionRate: 101 });
  expect(bad.Patient[0]?.Study[0]?.Series[0]).toEqual({ SeriesInstanceUID: '1.2', Instance: [] });
});

it('names what a node of the model holds, each attribute once', async () => {
  const { Patient: patients } = await arranged([
    {
      patientId: '1',
      issuerOfPatientId: 'A',
      patientName: 'DOE^JANE',
      patientBirthDate: '1961-12-03',
      patientBirthTime: '1011',
      patientSex: 'female',
      studies: [
        {
          studyInstanceUid: '1.1',
          studyDescription: 'Thorax',
          studyDate: '20200101',
          studyTime: '101112',
          accessionNumber: 'ACC',
          studyId: 'ID',
          referringPhysicianName: 'Curie^Marie',
          series: [
            {
              seriesInstanceUid: '1.2',
              seriesDescription: 'Axial',
              seriesNumber: '3',
              modality: 'ct',
              seriesDate: '20200102',
              seriesTime: '1213',
              directDownloadThumbnail: 't.jpg',
              instances: [
                { sopInstanceUid: '1.3', sopClassUid: '1.4', instanceNumber: '5', directDownloadFile: 'f.dcm' },
              ],
            },
          ],
        },
      ],
    },
  ]);
  expect(patients).toEqual([
    {
      PatientID: '1',
      PatientName: 'DOE^JANE',
      IssuerOfPatientID: 'A',
      PatientBirthDate: '19611203',
      PatientBirthTime: '1011',
      PatientSex: 'F',
      Study: [
        {
          StudyInstanceUID: '1.1',
          StudyDescription: 'Thorax',
          StudyDate: '20200101',
          StudyTime: '101112',
          AccessionNumber: 'ACC',
          StudyID: 'ID',
          ReferringPhysicianName: 'Curie^Marie',
          Series: [
            {
              SeriesInstanceUID: '1.2',
              SeriesDescription: 'Axial',
              SeriesNumber: 3,
              Modality: 'CT',
              SeriesDate: '20200102',
              SeriesTime: '1213',
              DirectDownloadThumbnail: 't.jpg',
              Instance: [{ SOPInstanceUID: '1.3', SOPClassUID: '1.4', InstanceNumber: 5, DirectDownloadFile: 'f.dcm' }],
            },
          ],
        },
      ],
    },
  ]);
});

it('never fails, changes no input, and loses no study without counting it', async () => {
  await fc.assert(
    fc.asyncProperty(anyManifest, async (manifest) => {
      const before = structuredClone(manifest);
      const { arcQuery } = await arrange(manifest, new Pace());
      expect(manifest).toEqual(before);
      for (const [index, query] of manifest.arcQueries.entries()) {
        const valid = new Set<string>();
        let notValid = 0;
        for (const { studyInstanceUid } of query.patients.flatMap((patient) => patient.studies)) {
          const uid =
            typeof studyInstanceUid === 'string' ? studyInstanceUid.replace(/[ \0]+$/, '') : String(studyInstanceUid);
          if (/^[0-9.]{1,64}$/.test(uid)) valid.add(uid);
          else notValid++;
        }
        const uids =
          arcQuery[index]?.Patient.flatMap((patient) => patient.Study.map((element) => element.StudyInstanceUID)) ?? [];
        for (const uid of valid) expect(uids).toContain(uid);
        expect(new Set(uids).size).toBe(uids.length);
        if (uids.length === valid.size && notValid > 0)
          expect(arcQuery[index]?.Message?.severity).toMatch(/WARN|ERROR/);
      }
    }),
    { numRuns: 200 },
  );
});

/** A copy of a tree, every list of it in another order. */
function shuffled<Tree>(tree: Tree, seed: number): Tree {
  let state = seed | 1;
  const random = () => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) / 2 ** 32;
  const copy = (value: unknown): unknown => {
    if (Array.isArray(value)) {
      const items = value.map(copy);
      for (let last = items.length - 1; last > 0; last--) {
        const other = Math.floor(random() * (last + 1));
        [items[last], items[other]] = [items[other], items[last]];
      }
      return items;
    }
    if (value !== null && typeof value === 'object')
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item)]));
    return value;
  };
  return copy(tree) as Tree;
}
