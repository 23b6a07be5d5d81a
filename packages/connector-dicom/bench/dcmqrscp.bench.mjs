// Measures searches of a DCMTK-based PACS by the connector, and DCMTK's findscu with the same peer in the same run.
// It prints one JSON object per line (tools/bench.mjs).
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { setTimeout as delay } from 'node:timers/promises';
import { emptyCriteria } from '@pacs-connectors/connector-core';
import { run, startDcmqrscp, temporaryFolder, writeDicomFiles } from '@pacs-connectors/test-services';
import { DicomConnector, DicomSettings } from '../dist/index.js';
import { hierarchicalQuestions, keys, patient, TREE_KEYS, writeQuestions } from './archive.mjs';

const LIMIT = 4;
const folder = await temporaryFolder('dicom-bench');
const many = patient(1, 'MANY', 120, 4, 3);
const big = patient(2, 'BIG', 1, 20, 500);
const bigStudy = big.studies[0].studyInstanceUid;
const files = await writeDicomFiles(join(folder.path, 'files'), [many, big]);
const peer = await startDcmqrscp({ files, maxAssociations: 40 });

const connect = (settings = {}) =>
  new DicomConnector({
    id: 'bench',
    type: 'DICOM',
    deactivated: [],
    settings: Object.assign(new DicomSettings(), {
      callingAet: 'BENCH',
      aet: peer.aet,
      host: '127.0.0.1',
      port: peer.dicomPort,
      maxAssociations: LIMIT,
      ...settings,
    }),
  });
const signal = () => AbortSignal.timeout(300_000);
const byPatient = { ...emptyCriteria(), patientIds: [{ id: 'MANY' }] };
const byStudy = { ...emptyCriteria(), studyInstanceUids: [bigStudy] };

async function search(connector, criteria, instances) {
  const { patients, notices } = await connector.search(criteria, { signal: signal(), depth: 'instance' });
  const found = patients
    .flatMap(({ studies }) => studies)
    .flatMap(({ series }) => series)
    .flatMap((series) => series.instances).length;
  if (found !== instances || notices.length > 0) throw new Error(`${found} instances of ${instances}: ${notices}`);
}

/** Waits for the proofs that go on after an answer. */
async function proven(connector) {
  while (Object.values((await connector.check(signal())).details).includes('being proven')) await delay(50);
}

async function time(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Measures both in turn, several times, so that noise affects both. */
async function compare(name, work, baseline, target, rounds = 3) {
  const values = [];
  const baselines = [];
  for (let round = 0; round < rounds; round += 1) {
    baselines.push(typeof baseline === 'number' ? baseline : await time(baseline));
    values.push(await time(work));
  }
  const [value, base] = [median(values), median(baselines)];
  console.log(JSON.stringify({ name, value, baseline: base, unit: 'ms', ratio: value / base, target }));
  return base;
}

/** findscu, silent, on one association. */
const findscu = (...args) => run('findscu', ['-q', '-aec', peer.aet, ...args]);
const address = ['127.0.0.1', String(peer.dicomPort)];
async function questionFiles(name, questions) {
  const texts = join(folder.path, name);
  await mkdir(texts);
  const paths = await writeQuestions(texts, questions);
  await Promise.all(
    Array.from({ length: 4 }, async (_, worker) => {
      for (let index = worker; index < paths.length; index += 4)
        await run('dump2dcm', ['-q', paths[index], paths[index].replace('.txt', '.dcm')]);
    }),
  );
  return paths.map((path) => path.replace('.txt', '.dcm'));
}

/** Associations that the peer serves just now: a process each. */
function associationsOfPeer() {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const status = readFileSync(`/proc/${pid}/stat`, 'latin1');
      const [state, parent] = status.slice(status.lastIndexOf(')') + 2).split(' ');
      return parent === String(peer.pid) && state !== 'Z';
    } catch {
      return false;
    }
  }).length;
}

try {
  const questions = await questionFiles('many', hierarchicalQuestions(many));
  const bigQuestions = await questionFiles('big', hierarchicalQuestions(big).slice(1));
  const tree = 'patient of 120 studies, 480 series, 1,440 instances';
  const asked601 = () => findscu('-S', ...address, ...questions);

  const plain = connect({ relational: 'off', uidLists: 'off' });
  const base601 = await compare(
    `${tree}: relational off, uid-lists off, ${LIMIT} associations / findscu, 601 questions on one`,
    () => search(plain, byPatient, 1440),
    asked601,
    undefined,
    1,
  );
  await plain.close();

  const lists = connect({ relational: 'off' });
  const unproven = await time(() => search(lists, byPatient, 1440));
  console.log(
    JSON.stringify({
      name: `${tree}: the same, relational off, the first time, lists being proven`,
      value: unproven,
      baseline: base601,
      unit: 'ms',
      ratio: unproven / base601,
    }),
  );
  await search(lists, byPatient, 1440);
  await compare(
    `${tree}: relational off, ${LIMIT} associations / findscu, 601 questions on one`,
    () => search(lists, byPatient, 1440),
    base601,
    0.15,
  );
  await lists.close();

  const auto = connect();
  const first = await time(() => search(auto, byPatient, 1440));
  console.log(
    JSON.stringify({
      name: `${tree}: default, the very first question`,
      value: first,
      baseline: base601,
      unit: 'ms',
      ratio: first / base601,
    }),
  );
  await proven(auto);
  await search(auto, byPatient, 1440);
  await compare(
    `${tree}: default (auto, proven) / findscu, 601 questions on one association`,
    () => search(auto, byPatient, 1440),
    base601,
    0.04,
  );

  const on = connect({ relational: 'on' });
  await search(on, byPatient, 1440);
  await compare(
    `${tree}: relational on / findscu, one relational question`,
    () => search(on, byPatient, 1440),
    () => findscu('-P', ...keys('IMAGE', { PatientID: 'MANY' }, TREE_KEYS), ...address),
    2,
  );
  await on.close();

  await search(auto, byStudy, 10_000);
  await compare(
    'study of 20 series x 500: default / findscu, series by series on one association',
    () => search(auto, byStudy, 10_000),
    () => findscu('-S', ...address, ...bigQuestions),
    0.7,
  );

  let most = 0;
  const watch = setInterval(() => (most = Math.max(most, associationsOfPeer())), 5);
  const callers = many.studies
    .slice(0, 50)
    .map(({ studyInstanceUid }) => search(auto, { ...emptyCriteria(), studyInstanceUids: [studyInstanceUid] }, 12));
  await Promise.all(callers);
  clearInterval(watch);
  console.log(
    JSON.stringify({
      name: '50 callers at once, each answered: most associations the peer had / limit',
      value: most,
      baseline: LIMIT,
      unit: 'associations',
      ratio: most / LIMIT,
      target: 1,
    }),
  );
  await auto.close();
} finally {
  await peer.stop();
  await folder.remove();
}
