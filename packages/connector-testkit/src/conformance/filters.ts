import assert from 'node:assert/strict';
import { filterStudies, type StudyFilters } from '@pacs-connectors/connector-core';
import { sampleArchive } from '../fixtures/sample-archive.js';
import { holdings, linesOf, type Question } from './expectation.js';
import { type Trial, type TrialCase } from './trial.js';

/** Each filter, with values at the boundaries of studies, and combinations. */
const FILTERS: Record<string, StudyFilters[]> = {
  mostRecentResults: [{ mostRecentResults: 1 }, { mostRecentResults: 3 }, { mostRecentResults: 500 }],
  modalitiesInStudy: [
    { modalitiesInStudy: ['CT'] },
    { modalitiesInStudy: ['US', 'SR'] },
    { modalitiesInStudy: ['ct'] },
    { modalitiesInStudy: ['XA'] },
  ],
  containsInDescription: [
    { containsInDescription: ['thorax'] },
    { containsInDescription: ['schadel', 'ECHOGRAPHIE'] },
    { containsInDescription: ['頭部'] },
    { containsInDescription: ['*'] },
    { containsInDescription: ['%', '_', '"urgente"'] },
  ],
  lowerDateTime: [
    { lowerDateTime: { date: '20240312' } },
    { lowerDateTime: { date: '20240312', time: '093015' } },
    { lowerDateTime: { date: '20240312', time: '093016' } },
  ],
  upperDateTime: [
    { upperDateTime: { date: '20240312' } },
    { upperDateTime: { date: '20240312', time: '093015' } },
    { upperDateTime: { date: '20200229', time: '235958' } },
  ],
  'all together': [
    { lowerDateTime: { date: '20200101' }, upperDateTime: { date: '20240601' }, mostRecentResults: 2 },
    {
      lowerDateTime: { date: '20240312', time: '000000' },
      upperDateTime: { date: '20240312', time: '235959' },
      modalitiesInStudy: ['CT', 'MR'],
      containsInDescription: ['genou', 'thorax'],
      mostRecentResults: 5,
    },
  ],
};

const ALL_PATIENTS: Question = { patientIds: sampleArchive.map(({ patientId }) => ({ id: patientId })) };

/** A connector may use filters to query less, but must return every study that passes them. */
export const filterCases: TrialCase[] = Object.entries(FILTERS).map(([name, variants]) => ({
  name: `returns every study that passes the filter: ${name}`,
  async run(trial) {
    for (const filters of variants) {
      await expectWanted(trial, { ...ALL_PATIENTS, filters });
      await expectWanted(trial, { patientIds: [{ id: 'DEMO-1' }], accessionNumbers: ['000123', 'FILM-1'], filters });
    }
  },
}));

async function expectWanted(trial: Trial, question: Question): Promise<void> {
  const { patients } = await trial.search(question);
  const filters = question.filters ?? {};
  assert.deepEqual(
    linesOf(filterStudies(patients, filters), 'instance', trial.lacks),
    linesOf(filterStudies(holdings(question, trial.lacks), filters), 'instance', trial.lacks),
    `filters ${JSON.stringify(filters)}`,
  );
}
