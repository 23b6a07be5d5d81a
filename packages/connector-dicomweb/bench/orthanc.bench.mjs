// The connector against the fastest way that is known to get the same out of Orthanc with `curl`, in turn, and its memory.
import { execFileSync, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { LARGE_PATIENT, LARGE_STUDY, startFilledOrthanc } from './archive.mjs';
import { connectorTo, searchAll } from './connector.mjs';

const ROUNDS = 5;
const SERIES = Array.from({ length: 20 }, (_, n) => `${LARGE_STUDY}.${n + 1}`);
const STUDIES = Array.from({ length: 120 }, (_, n) => `1.2.826.0.1.3680043.10.999.1.${n + 1}`);

const orthanc = await startFilledOrthanc();
const base = orthanc.dicomWebUrl;
const wish = ['00081030', '00100021', '00080021', '00080031'].map((tag) => `includefield=${tag}`).join('&');

/** Steps of one curl strategy: each a list of URLs that are fetched side by side, `parallel` at a time. */
const large = {
  'the study at once': [1, [[`${base}/studies/${LARGE_STUDY}/instances?${wish}`]]],
  'the study at once, relational': [
    2,
    [
      [
        `${base}/studies/${LARGE_STUDY}/series`,
        `${base}/studies?StudyInstanceUID=${LARGE_STUDY}`,
        `${base}/instances?StudyInstanceUID=${LARGE_STUDY}`,
      ],
    ],
  ],
};
for (const parallel of [2, 4]) {
  const first = [`${base}/studies?StudyInstanceUID=${LARGE_STUDY}&${wish}`, `${base}/studies/${LARGE_STUDY}/series`];
  if (parallel === 4)
    large[`its series, ${parallel} at a time`] = [
      parallel,
      [first, SERIES.map((uid) => `${base}/studies/${LARGE_STUDY}/series/${uid}/instances`)],
    ];
  large[`its series, relational, ${parallel} at a time`] = [
    parallel,
    [first, SERIES.map((uid) => `${base}/instances?StudyInstanceUID=${LARGE_STUDY}&SeriesInstanceUID=${uid}`)],
  ];
}
const patient = {
  'all instances of the patient': [1, [[`${base}/instances?PatientID=${LARGE_PATIENT}&${wish}`]]],
  'studies, then series and instances of the patient': [
    2,
    [
      [`${base}/studies?PatientID=${LARGE_PATIENT}&${wish}`],
      [`${base}/series?PatientID=${LARGE_PATIENT}`, `${base}/instances?PatientID=${LARGE_PATIENT}`],
    ],
  ],
  'studies, then the instances of each, 4 at a time': [
    4,
    [
      [`${base}/studies?PatientID=${LARGE_PATIENT}&${wish}`],
      STUDIES.map((uid) => `${base}/studies/${uid}/instances?${wish}`),
    ],
  ],
};

function curl(parallel, urls) {
  return new Promise((resolve, reject) => {
    const config = urls.map((url) => `url = "${url}"\noutput = /dev/null\n`).join('');
    const child = spawn(
      'curl',
      ['-sg', '--no-progress-meter', '--compressed', '-Z', '--parallel-max', String(parallel), '-K', '-'],
      {
        stdio: ['pipe', 'ignore', 'ignore'],
      },
    );
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`curl ended with ${code}`))));
    child.stdin.end(config);
  });
}

async function timed(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

/** Every strategy and the connector in turn, so that a busy machine disturbs all alike. */
async function compare(name, target, strategies, criteria, expected) {
  const connector = connectorTo(base);
  const ours = [];
  const theirs = Object.fromEntries(Object.keys(strategies).map((key) => [key, []]));
  for (let round = -1; round < ROUNDS; round++) {
    for (const [key, [parallel, steps]] of Object.entries(strategies)) {
      const time = await timed(async () => {
        for (const urls of steps) await curl(parallel, urls);
      });
      if (round >= 0) theirs[key].push(time);
    }
    const time = await timed(() => searchAll(connector, criteria, expected));
    if (round >= 0) ours.push(time);
  }
  await connector.close();
  const medians = Object.entries(theirs).map(([key, times]) => [key, median(times)]);
  const [fastest, baseline] = medians.toSorted((a, b) => a[1] - b[1])[0];
  const value = median(ours);
  const note = `curl: ${medians.map(([key, time]) => `${key} ${time.toFixed(0)}`).join('; ')}`;
  console.error(`${name}: ${value.toFixed(0)} ms; fastest curl: ${fastest}. ${note}`);
  console.log(JSON.stringify({ name, value, baseline, unit: 'ms', ratio: value / baseline, target, note }));
}

try {
  await compare(
    'QIDO-RS, a study of 10,000 instances, to the fastest curl',
    1.1,
    large,
    { studyInstanceUids: [LARGE_STUDY] },
    10_000,
  );
  await compare(
    'QIDO-RS, a patient of 120 studies, to the fastest curl',
    1.3,
    patient,
    { patientIds: [{ id: LARGE_PATIENT }] },
    1_440,
  );
  const memory = fileURLToPath(new URL('memory.mjs', import.meta.url));
  const value = Number.parseFloat(execFileSync(process.execPath, ['--expose-gc', memory, base], { encoding: 'utf8' }));
  console.log(
    JSON.stringify({
      name: 'QIDO-RS, added memory for 10,000 instances',
      value,
      baseline: 150,
      unit: 'MiB',
      ratio: value / 150,
      target: 1,
    }),
  );
} finally {
  await orthanc.stop();
}
