import { emptyCriteria, IDENTIFIER_KINDS } from '@pacs-connectors/connector-core';
import { sampleArchive } from '../fixtures/sample-archive.js';
import { type Question } from './expectation.js';
import { type TrialCase } from './trial.js';

/** Returns a question by `value` for each kind of identifier that allows any text. */
function textQuestions(value: string): Question[] {
  return [{ patientIds: [{ id: value }] }, { accessionNumbers: [value] }];
}

/** Returns a question by `value` for each kind of identifier. */
function questions(value: string): Question[] {
  return IDENTIFIER_KINDS.map((kind) => ({ [kind]: kind === 'patientIds' ? [{ id: value }] : [value] }));
}

/** Values are compared as text: no wildcard, list or query language is read into them. */
export const literalValueCases: TrialCase[] = [
  {
    name: 'finds exactly a value that contains a wildcard character',
    run: async (trial) => void (await trial.expectHoldings({ accessionNumbers: ['MR*7'] })),
  },
  {
    name: 'takes wildcard characters literally',
    async run(trial) {
      for (const value of ['*', 'DEMO*', 'DEMO?1', 'DEMO%', 'DEMO_1', '%', '_', '????', '????????', 'MR?17', 'A*']) {
        for (const question of textQuestions(value)) await trial.expectNothing(question);
      }
    },
  },
  {
    name: 'does not read a value as a list',
    async run(trial) {
      for (const value of ['DEMO-1\\DEMO_2', 'DEMO-1,DEMO_2', 'A 17 42\\000123', '000123,FILM-1']) {
        for (const question of textQuestions(value)) await trial.expectNothing(question, 'orRejects');
      }
    },
  },
  {
    name: 'finds nothing for an invalid UID',
    async run(trial) {
      const uid = sampleArchive[0]?.studies[0]?.studyInstanceUid as string;
      for (const value of ['*', '2.25.*', `${uid.slice(0, -1)}?`, `${uid.slice(0, -1)}%`, `${uid}\\1.2.3`, '1.2.3\n']) {
        for (const kind of ['studyInstanceUids', 'seriesInstanceUids', 'sopInstanceUids'] as const) {
          await trial.expectNothing({ [kind]: [value] }, 'orRejects');
        }
      }
    },
  },
  {
    name: 'never returns the whole archive for an empty value or empty criteria',
    async run(trial) {
      await trial.expectNothing(emptyCriteria(), 'orRejects');
      await trial.expectNothing({ filters: { mostRecentResults: 3 } }, 'orRejects');
      for (const value of ['', ' '])
        for (const question of questions(value)) await trial.expectNothing(question, 'orRejects');
    },
  },
  {
    name: 'treats quotes, statements, markup and unusual characters as text',
    async run(trial) {
      const values = [
        "'",
        '"',
        '`',
        "DEMO-1'",
        "' or '1'='1",
        "x'; drop table study; --",
        '/* */',
        '$1',
        '?',
        ':id',
        '{"$ne":1}',
        '%2A',
        '%',
        '&PatientID=DEMO-1',
        '../..',
        '<a>',
        '\\',
        '^^^',
        'DEMO-1^^^',
        '星野',
        '\u{1f5ff}',
        'x'.repeat(64),
      ];
      for (const value of values) {
        for (const question of textQuestions(value)) await trial.expectNothing(question, 'orRejects');
      }
      await trial.expectHoldings({ patientIds: [{ id: '0042', issuer: "HOSPITAL_A' or '1'='1" }] });
    },
  },
  {
    name: 'survives over-long values and control characters',
    async run(trial) {
      for (const value of ['x'.repeat(20_000), 'DEMO-1\u0000', 'DEMO\n1', '\u001b[31m']) {
        for (const question of textQuestions(value)) await trial.expectNothing(question, 'orRejects');
      }
      await trial.expectNothing({ studyInstanceUids: ['1.'.repeat(10_000)] }, 'orRejects');
      await trial.expectHoldings({ patientIds: [{ id: 'DEMO-1' }] });
    },
  },
];
