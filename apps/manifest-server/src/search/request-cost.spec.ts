import { expect, it } from '@jest/globals';
import { type FastifyRequest } from 'fastify';
import { callerOf } from '../http/caller.js';
import { FORM } from '../http/bodies.js';
import { parametersOfRequest } from '../http/request-parameters.js';
import { readSearch } from './read-search.js';

const MIB = 1024 * 1024;
const fill = (text: string) => text.repeat(MIB / text.length);

/** The work for one request: its parameters, its caller and its search are read. */
function read(type: string, body: unknown): void {
  const request = { raw: { url: '/display' }, headers: { 'content-type': type }, body } as FastifyRequest;
  const { parameters, bad } = parametersOfRequest(request);
  callerOf(request);
  readSearch(parameters, bad, { viewers: ['WEASIS'] });
}

it.each([
  'patientID=%zz&',
  'access_token=%zz&',
  'access_token=Bearer+x&',
  '&',
  'a=&',
  '%',
  '%26',
  'studyUID=%2C&',
  'lowerDateTime=+&',
])('a form of 1 MiB of %j is refused without much work', (text) => {
  const begun = process.cpuUsage();
  expect(() => read(FORM, fill(text))).toThrow();
  expect(process.cpuUsage(begun).user / 1000).toBeLessThan(500);
});

it.each([
  ['access_token', '^'],
  ['access_token', 'Bearer '],
  ['access_token', '{{'],
  ['patientID', '^'],
  ['patientID', ','],
  ['patientID', 'a,'],
  ['patientID', ' '],
  ['patientID', '&'],
  ['studyUID', '1.'],
  ['studyUID', '0'],
  ['pro', '"'],
  ['modalitiesInStudy', '_ '],
  ['upperDateTime', '2024-'],
  ['viewer', 'ß'],
])('%s of 1 MiB of %j is refused without much work', (name, text) => {
  const begun = process.cpuUsage();
  expect(() => read('application/json', { [name]: fill(text) })).toThrow();
  expect(process.cpuUsage(begun).user / 1000).toBeLessThan(500);
});

it('a list of many wrong values in JSON, or of many names, is refused without much work', () => {
  const begun = process.cpuUsage();
  expect(() =>
    read('application/json', { studyUID: Array.from({ length: 200_000 }, (_, index) => `x${index}`) }),
  ).toThrow();
  const names = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`n${index}`, '']));
  expect(() => read('application/json', names)).toThrow();
  expect(process.cpuUsage(begun).user / 1000).toBeLessThan(1000);
});
