import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import {
  checkIdentifiers,
  type Connector,
  ConnectorError,
  type ConnectorStatus,
  type Missing,
  type Notice,
  type Patient,
  PatientTree,
  type SearchCriteria,
  type SearchOptions,
  type SearchResult,
  type Series,
  type Study,
} from '@pacs-connectors/connector-core';
import { conformanceCases, type ScriptedArchive } from './index.js';

interface FoundStudy {
  patient: Patient;
  study: Study;
  otherPatientIds?: readonly string[];
}

/** An archive in memory that follows its script. It counts what it has, and has pages. */
class MemoryArchive {
  constructor(private readonly script: ScriptedArchive) {}

  studies(by: 'patientId' | 'accessionNumber', asked: string, offset: number): { page: FoundStudy[]; size: number } {
    const { patients, finds = {}, otherPatientIds = {}, hidden = [] } = this.script;
    const key = finds[asked] ?? asked;
    const found = patients
      .flatMap((patient) => patient.studies.map((study) => ({ patient, study })))
      .filter(({ patient, study }) => (by === 'patientId' ? patient.patientId : study.accessionNumber) === key)
      .map((one) => ({ ...one, otherPatientIds: otherPatientIds[one.patient.patientId] }));
    const page = this.limited(found, offset);
    return { page: page.filter(({ study }) => !hidden.includes(study.studyInstanceUid)), size: page.length };
  }

  async series({ studyInstanceUid, series }: Study, offset: number): Promise<Series[]> {
    const { failing = [], silent = [], unlisted = [] } = this.script;
    if (failing.includes(studyInstanceUid)) throw new Error('HTTP status 500');
    if (silent.includes(studyInstanceUid)) await delay(60_000, undefined, { ref: false });
    return unlisted.includes(studyInstanceUid) ? [] : this.limited(series, offset);
  }

  instances({ seriesInstanceUid, instances }: Series, offset: number): (Series['instances'][number] | 'garbage')[] {
    const { unlisted = [], unreadable = [] } = this.script;
    if (unlisted.includes(seriesInstanceUid)) return [];
    return this.limited(instances, offset).map((one) => (unreadable.includes(one.sopInstanceUid) ? 'garbage' : one));
  }

  private limited<Node>(nodes: readonly Node[], offset: number): Node[] {
    return nodes.slice(offset, offset + (this.script.mostResults ?? Infinity));
  }
}

/** A correct connector to a {@link MemoryArchive}. Each test below breaks one thing. */
class ScriptedConnector implements Connector {
  readonly id = 'memory';
  readonly type = 'MEMORY';
  protected notices: Notice[] = [];
  private readonly archive: MemoryArchive;

  constructor(script: ScriptedArchive) {
    this.archive = new MemoryArchive(script);
  }

  async search(criteria: SearchCriteria, { signal, depth }: SearchOptions): Promise<SearchResult> {
    this.notices = [];
    const found = [
      ...criteria.patientIds.flatMap(({ id }) => this.studies('patientId', id)),
      ...criteria.accessionNumbers.flatMap((number) => this.studies('accessionNumber', number)),
    ];
    const tree = new PatientTree();
    const failures: Error[] = [];
    const end = new Promise<never>((_, reject) =>
      signal.addEventListener('abort', () => reject(new Error('deadline'))),
    );
    // The deadline may pass after the search, when nobody waits for this promise.
    end.catch(() => undefined);
    await Promise.all(
      found.map(async ({ patient, study }) => {
        const node = tree.study(tree.patient({ ...patient, studies: undefined } as never), {
          ...study,
          series: undefined,
        } as never);
        if (depth === 'study') return;
        await Promise.race([this.content(tree, node, study), end]).catch((error: Error) => {
          failures.push(error);
          this.fail(error, study.studyInstanceUid);
        });
      }),
    );
    if (failures.length > 0 && failures.length === found.length)
      throw ConnectorError.from(this.id, failures[0], 'refused');
    return this.result({ patients: tree.result(), notices: this.notices }, criteria);
  }

  protected studies(by: 'patientId' | 'accessionNumber', asked: string): FoundStudy[] {
    const all: FoundStudy[] = [];
    for (let offset = 0, size = 1; size > 0; offset += size) {
      const answer = this.archive.studies(by, asked, offset);
      all.push(...answer.page);
      size = answer.size;
    }
    return this.wanted(by, asked, all);
  }

  protected wanted(by: 'patientId' | 'accessionNumber', asked: string, all: FoundStudy[]): FoundStudy[] {
    const name = by === 'patientId' ? 'Patient ID' : 'Accession Number';
    const { own, notices } = checkIdentifiers(this.id, name, asked, all, ({ patient, study, otherPatientIds }) => ({
      id: by === 'patientId' ? patient.patientId : study.accessionNumber,
      others: otherPatientIds,
    }));
    this.notices.push(...notices);
    return own;
  }

  protected async content(tree: PatientTree, node: Study, study: Study): Promise<void> {
    const { studyInstanceUid } = study;
    const series: Series[] = [];
    for (
      let page = await this.archive.series(study, 0);
      page.length > 0;
      page = await this.archive.series(study, series.length)
    )
      series.push(...page);
    if (series.length === 0)
      this.say('The study is empty.', { level: 'series', studyInstanceUids: [studyInstanceUid] });
    for (const one of series) {
      const parent = tree.seriesOf(node, { ...one, instances: undefined } as never);
      let read = 0;
      for (let page = this.archive.instances(one, 0); page.length > 0; page = this.archive.instances(one, read)) {
        read += page.length;
        for (const instance of page) {
          if (instance === 'garbage') this.unreadable(studyInstanceUid);
          else tree.instance(parent, { ...instance });
        }
      }
      if (read === 0) this.say('A series is empty.', { level: 'instance', studyInstanceUids: [studyInstanceUid] });
    }
  }

  protected unreadable(studyInstanceUid: string): void {
    this.say('A record cannot be read.', { level: 'instance', count: 1, studyInstanceUids: [studyInstanceUid] });
  }

  protected fail({ message }: Error, studyInstanceUid: string): void {
    this.say(message, { level: 'series', studyInstanceUids: [studyInstanceUid] });
  }

  protected result(result: SearchResult, _criteria: SearchCriteria): SearchResult {
    return result;
  }

  protected say(description: string, missing: Missing): void {
    this.notices.push({ severity: 'WARN', title: 'Incomplete', description, missing });
  }

  check(): Promise<ConnectorStatus> {
    return Promise.resolve({ latencyMs: 0 });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

type Kind = new (script: ScriptedArchive) => Connector;

const casesOf = (connector: Kind, impossible = {}) => {
  const open = (script: ScriptedArchive) => {
    const opened = new connector(script);
    return Promise.resolve({ connector: opened, close: () => opened.close() });
  };
  const none = { patients: [] };
  const others = conformanceCases(() => open(none)).length;
  const scripted = { open, emptyAnswers: ['an empty list'], impossible };
  return conformanceCases(() => open(none), { scripted }).slice(others);
};

describe('a correct connector to scripted archives', () => {
  for (const { name, run } of casesOf(ScriptedConnector)) it(name, run);
});

it('leaves out the tests of answers that the archive cannot give', () => {
  const all = casesOf(ScriptedConnector).map(({ name }) => name);
  const fewer = casesOf(ScriptedConnector, { failing: 'A query fails as a whole.' }).map(({ name }) => name);
  expect(all.filter((name) => !fewer.includes(name))).toEqual([
    'returns the other studies if the archive fails for one, and names it',
    'rejects if the archive fails for every study, or names all of them',
  ]);
});

describe('finds the fault of a connector that', () => {
  const faulty: Record<string, [Kind, string]> = {
    'compares modalities as they are': [
      class extends ScriptedConnector {
        protected override result({ patients, notices }: SearchResult, { filters }: SearchCriteria) {
          const isWanted = ({ modalitiesInStudy = [] }: Study) =>
            !filters.modalitiesInStudy || filters.modalitiesInStudy.some((one) => modalitiesInStudy.includes(one));
          return {
            patients: patients.map((patient) => ({ ...patient, studies: patient.studies.filter(isWanted) })),
            notices,
          };
        }
      },
      'finds a study by one of several modalities that the archive returns as one text',
    ],
    'compares dates as text': [
      class extends ScriptedConnector {
        protected override result({ patients, notices }: SearchResult, { filters }: SearchCriteria) {
          const lower = filters.lowerDateTime?.date ?? '';
          const isWanted = ({ studyDate = '' }: Study) => studyDate >= lower;
          return {
            patients: patients.map((patient) => ({ ...patient, studies: patient.studies.filter(isWanted) })),
            notices,
          };
        }
      },
      'returns to a filter by date also the studies whose date has another form, or is not a date',
    ],
    'drops studies of another identifier': [
      class extends ScriptedConnector {
        protected override wanted(by: 'patientId' | 'accessionNumber', asked: string, all: FoundStudy[]) {
          return all.filter(
            ({ patient, study }) => (by === 'patientId' ? patient.patientId : study.accessionNumber) === asked,
          );
        }
      },
      'shows or counts studies whose identifier differs by letter case or leading zeros',
    ],
    'shows studies of another identifier without a notice': [
      class extends ScriptedConnector {
        protected override wanted(_by: 'patientId' | 'accessionNumber', _asked: string, all: FoundStudy[]) {
          return all;
        }
      },
      'shows or counts studies that the archive found after a merge without saying why',
    ],
    'takes a short page for the last one': [
      class extends ScriptedConnector {
        protected override studies(by: 'patientId' | 'accessionNumber', asked: string) {
          return super.studies(by, asked).slice(0, 3);
        }
      },
      'asks for the next page if the archive has removed results from a page',
    ],
    'drops an unreadable record silently': [
      class extends ScriptedConnector {
        protected override unreadable() {
          return;
        }
      },
      'counts a record that cannot be read as missing, and returns the others',
    ],
    'says nothing about an empty series': [
      class extends ScriptedConnector {
        protected override say() {
          return;
        }
      },
      'says that a series has no instances, and returns the others',
    ],
    'fails as a whole': [
      class extends ScriptedConnector {
        protected override fail(error: Error) {
          throw ConnectorError.from(this.id, error, 'refused');
        }
      },
      'returns the other studies if the archive fails for one, and names it',
    ],
    'does not name the study that failed': [
      class extends ScriptedConnector {
        protected override fail({ message }: Error) {
          this.say(message, { level: 'series' });
        }
      },
      'returns the other studies if the archive fails for one, and names it',
    ],
    'takes an empty answer for a loss': [
      class extends ScriptedConnector {
        protected override result(result: SearchResult) {
          if (result.patients.length === 0) this.say('The archive sent nothing.', { level: 'study' });
          return result;
        }
      },
      'takes an empty answer for nothing: an empty list',
    ],
  };
  for (const [fault, [connector, name]] of Object.entries(faulty)) {
    it(fault, async () => {
      const found = casesOf(connector).find((one) => one.name === name);
      await expect(found?.run()).rejects.toMatchObject({
        name: expect.stringMatching(/AssertionError|ConnectorError/),
      });
    });
  }
});
