import assert from 'node:assert/strict';
import { type Fault, type FaultProxy } from '../fixtures/fault-proxy.js';
import { readPart10 } from '../fixtures/part10.js';
import { instanceRows } from '../fixtures/sample-archive.js';
import { bytesOf } from './retrieval.js';
import { type Trial } from './trial.js';

/** A study of several series and instances. */
const STUDY = instanceRows().filter(({ patient }) => patient.patientId === 'DEMO-1')[0]?.study
  .studyInstanceUid as string;
/** A deadline that passes with some faults, milliseconds. */
const SHORT_MS = 3_000;

const FAULTS: readonly Fault[] = [
  { kind: 'refuse' },
  { kind: 'hang' },
  ...[1, 100, 700, 2_500].flatMap((bytes): Fault[] => [
    { kind: 'reset', afterBytes: bytes },
    { kind: 'close', after: bytes },
  ]),
  { kind: 'close', after: '\r\n\r\n' },
  { kind: 'drip', bytesPerSecond: 200 },
];

/** Retrieves through a faulty network: what is yielded is whole, and what is missing is an error. */
export async function retrieveThroughFaults(trial: Trial, proxy: FaultProxy): Promise<void> {
  const whole = await filesOf(trial);
  assert.equal(whole.error, undefined, 'a retrieval without a fault');
  assert.ok(whole.files.size > 1, `the study has ${whole.files.size} instances`);
  for (const fault of FAULTS) {
    await proxy.fail(fault);
    const { files, error } = await filesOf(trial, SHORT_MS);
    const what = `with the fault ${JSON.stringify(fault)}`;
    for (const [uid, file] of files) {
      assert.ok(whole.files.get(uid)?.equals(file), `instance ${uid} is another one ${what}`);
    }
    if (error === undefined)
      assert.equal(files.size, whole.files.size, `instances ${what}, which ends without an error`);
    else await trial.expectRejection(Promise.reject(error as Error));
    await proxy.removeFault();
  }
  const { files, error } = await filesOf(trial);
  assert.equal(error, undefined, 'a retrieval after the faults');
  assert.deepEqual([...files.keys()].sort(), [...whole.files.keys()].sort());
}

/** Retrieves the data sets of the instances that come whole. */
async function filesOf(trial: Trial, ms = 25_000): Promise<{ files: Map<string, Buffer>; error?: unknown }> {
  const { connector } = trial;
  assert.ok(connector.retrieve, 'the connector has no method retrieve');
  const files = new Map<string, Buffer>();
  try {
    for await (const instance of connector.retrieve({ studyInstanceUid: STUDY }, AbortSignal.timeout(ms))) {
      files.set(instance.sopInstanceUid, readPart10(await bytesOf(instance)).dataSet);
    }
    return { files };
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    return { files, error };
  }
}
