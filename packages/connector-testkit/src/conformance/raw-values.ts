import assert from 'node:assert/strict';
import { isComplete } from '@pacs-connectors/connector-core';
import { studiesOf, uidsOf } from './expectation.js';
import { scriptedPatient } from './scripted-archive.js';
import { expectFiltered, expectShownOrCounted, type ScriptedCase } from './scripted-trial.js';

const MODALITIES = ['CT\\SR', 'ct/pr', 'MR'];
const DATES = ['20240105', '2024-01-05', '2024.01.05', '05-JAN-2024', 'anonymized', '20230630', ''];

const byPatient = { patientIds: [{ id: 'S-1' }] };
const onePatient = (patientId: string) => scriptedPatient({ patientId, studies: 2 });

/** Values that archives return in other forms than the standard's cost no study. */
export const rawValueCases: ScriptedCase[] = [
  {
    name: 'finds a study by one of several modalities that the archive returns as one text',
    archive: {
      patients: [
        scriptedPatient({
          studies: MODALITIES.length,
          study: (n) => {
            const modality = MODALITIES[n] as string;
            const [study] = scriptedPatient({ patientId: `M-${n}`, studies: 1 }).studies;
            const series = (study?.series ?? []).map((one) => ({ ...one, modality }));
            return { modalitiesInStudy: [modality], series };
          },
        }),
      ],
    },
    async run(trial, archive) {
      for (const modalitiesInStudy of [['SR'], ['CT'], ['PR', 'XA'], ['MR'], ['XA']]) {
        await expectFiltered(trial, archive, { ...byPatient, filters: { modalitiesInStudy } });
      }
    },
  },
  {
    name: 'returns to a filter by date also the studies whose date has another form, or is not a date',
    archive: {
      patients: [scriptedPatient({ studies: DATES.length, study: (n) => ({ studyDate: DATES[n] }) })],
    },
    async run(trial, archive) {
      for (const filters of [
        { lowerDateTime: { date: '20240105' } },
        { upperDateTime: { date: '20231231' } },
        { lowerDateTime: { date: '20240105' }, upperDateTime: { date: '20240105' } },
      ]) {
        await expectFiltered(trial, archive, { ...byPatient, filters });
      }
    },
  },
  {
    name: 'finds a study by each of several Accession Numbers that the archive returns as one text',
    archive: {
      patients: [scriptedPatient({ studies: 1, study: () => ({ accessionNumber: 'AN-1\\AN-2' }) })],
      finds: { 'AN-1': 'AN-1\\AN-2', 'AN-2': 'AN-1\\AN-2' },
    },
    async run(trial, { patients }) {
      for (const number of ['AN-1', 'AN-2']) {
        const result = await trial.search({ accessionNumbers: [number] }, 'study');
        assert.deepEqual(uidsOf(studiesOf(result)), uidsOf(patients.flatMap(({ studies }) => studies)), number);
      }
    },
  },
  {
    name: 'shows or counts studies whose identifier differs by letter case or leading zeros',
    archive: {
      patients: [onePatient('K7'), onePatient('0042')],
      finds: { k7: 'K7', '42': '0042', 'k7-1': 'K7-1' },
    },
    async run(trial, { patients }) {
      const [letters, zeros] = patients.map(({ studies }) => studies);
      expectShownOrCounted(await trial.search({ patientIds: [{ id: 'k7' }] }, 'study'), letters ?? []);
      expectShownOrCounted(await trial.search({ patientIds: [{ id: '42' }] }, 'study'), zeros ?? []);
      const byNumber = await trial.search({ accessionNumbers: ['k7-1'] }, 'study');
      expectShownOrCounted(byNumber, (letters ?? []).slice(0, 1));
    },
  },
  {
    name: 'shows studies that Other Patient IDs explain, with a notice',
    archive: {
      patients: [onePatient('NEW-9'), onePatient('OTHER')],
      finds: { 'OLD-1': 'NEW-9' },
      otherPatientIds: { 'NEW-9': ['OLDER', 'OLD-1'] },
    },
    async run(trial, { patients }) {
      const result = await trial.search({ patientIds: [{ id: 'OLD-1' }] }, 'study');
      assert.deepEqual(uidsOf(studiesOf(result)), uidsOf(patients[0]?.studies ?? []));
      assert.ok(result.notices.length > 0, 'no notice says that the studies have another Patient ID');
      assert.ok(isComplete(result), 'a notice says that something is missing');
    },
  },
  {
    name: 'shows or counts studies that the archive found after a merge without saying why',
    archive: { patients: [onePatient('NEW-9')], finds: { 'OLD-1': 'NEW-9' } },
    async run(trial, { patients }) {
      const result = await trial.search({ patientIds: [{ id: 'OLD-1' }] }, 'study');
      expectShownOrCounted(result, patients[0]?.studies ?? []);
    },
  },
];
