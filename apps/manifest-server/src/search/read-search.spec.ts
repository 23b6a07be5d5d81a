import { describe, expect, it } from '@jest/globals';
import { emptyCriteria } from '@pacs-connectors/connector-core';
import fc from 'fast-check';
import { parametersOfUrl } from '../http/query-string.js';
import { BadParameters } from '../http/bad-parameters.js';
import { MAX_VALUES, readSearch } from './read-search.js';

function read(query: string) {
  const { parameters, bad } = parametersOfUrl(`/manifest?${query}`);
  return readSearch(parameters, bad, { viewers: ['WEASIS', 'OHIF', 'SLICER', 'MICRODICOM'] });
}

function parameterErrorsOf(query: string) {
  try {
    read(query);
  } catch (error) {
    if (error instanceof BadParameters) return error.errors;
    throw error;
  }
  throw new Error(`accepted: ${query}`);
}

const errorsOf = (query: string) => parameterErrorsOf(query).map(({ parameter, detail }) => `${parameter} ${detail}`);
const codesOf = (query: string) => parameterErrorsOf(query).map(({ parameter, code }) => `${parameter} ${code}`);

it('does not take long over a body that is full of blanks', () => {
  const begun = process.cpuUsage();
  const blanks = ' '.repeat(200_000);
  expect(read(`studyUID=${blanks}1.2${blanks}&accessionNumber=A 7${blanks}`).criteria).toMatchObject({
    studyInstanceUids: ['1.2'],
    accessionNumbers: ['A 7'],
  });
  expect(() => read(`patientID=x${blanks}y`)).toThrow('patientID has 200002 characters');
  // By steps that grow with the square of it, half a minute.
  expect(process.cpuUsage(begun).user / 1000).toBeLessThan(3000);
});

describe('a search', () => {
  it('is read with every parameter', () => {
    const search = read(
      'patientID=7%5E%5E%5EADT&studyUID=1.2&accessionNumber=A1&seriesUID=1.2.3&objectUID=1.2.3.4&archive=a,b' +
        '&mostRecentResults=3&modalitiesInStudy=ct,MR&containsInDescription=knee,Sch%C3%A4del' +
        '&lowerDateTime=2024-01-01&upperDateTime=2024-12-31T12:00&viewer=OHIF' +
        '&pro=a%20b&pro=c,d&arg=%24x:y&config=c1&user=u&host=h&client=cl&skipWeasisManifestCache' +
        '&target=_self&cdb&ext=1&whatever=x',
    );
    expect(search).toEqual({
      criteria: {
        patientIds: [{ id: '7', issuer: 'ADT' }],
        studyInstanceUids: ['1.2'],
        accessionNumbers: ['A1'],
        seriesInstanceUids: ['1.2.3'],
        sopInstanceUids: ['1.2.3.4'],
        filters: {
          mostRecentResults: 3,
          modalitiesInStudy: ['CT', 'MR'],
          containsInDescription: ['knee', 'Schädel'],
          lowerDateTime: { date: '20240101' },
          upperDateTime: { date: '20241231', time: '1200' },
        },
      },
      archives: ['a', 'b'],
      viewer: 'OHIF',
      launch: { pro: ['a b', 'c,d'], arg: ['$x:y'], config: 'c1', user: 'u', host: 'h', client: 'cl' },
      skipCache: true,
    });
  });

  it('takes repeats and commas alike, each value once, and passes over empty ones', () => {
    expect(read('&studyUID=1.2,1.3&studyUID=&studyUID=1.3%2C1.4,,%20&patientID=').criteria).toEqual({
      ...emptyCriteria(),
      studyInstanceUids: ['1.2', '1.3', '1.4'],
    });
    expect(read('patientID=7^^^A,7^^^A^MR').criteria.patientIds).toEqual([{ id: '7', issuer: 'A' }]);
    expect(read('studyUID=1&viewer=OHIF&viewer=OHIF').viewer).toBe('OHIF');
    for (const no of ['false', 'False', '0', 'no', 'off'])
      expect(read(`studyUID=1&skipWeasisManifestCache=${no}`).skipCache).toBe(false);
  });

  it('takes a thousand repeats, and a thousand different values, and no more', () => {
    expect(read('studyUID=1.2&'.repeat(1000)).criteria.studyInstanceUids).toEqual(['1.2']);
    const uids = Array.from({ length: MAX_VALUES + 1 }, (_, index) => `1.2.${index}`);
    expect(read(`studyUID=${uids.slice(1).join(',')}`).criteria.studyInstanceUids).toHaveLength(MAX_VALUES);
    expect(errorsOf(uids.map((one) => `studyUID=${one}`).join('&'))).toEqual([
      'studyUID has 1001 different values; at most 1000 are allowed. Send several requests',
    ]);
  });
});

it('takes the quotes off a property, as an older server did', () => {
  const { launch } = read(
    `studyUID=1&pro="a%20b"&pro=c%20d&pro='e f'&pro=g "h i"&pro=%22&pro=""&pro=''&pro="%20"&pro=`,
  );
  expect(launch.pro).toEqual(['a b', 'c d', 'e f', 'g "h i"', '"']);
});

describe('a search that cannot be used', () => {
  it('names every bad parameter at once, without its value', () => {
    const query =
      'patientID=Jane%0ADoe&studyUID=1.2x,1.3y&mostRecentResults=none&lowerDateTime=12&viewer=A&upperDateTime=%zz';
    expect(codesOf(query)).toEqual([
      'upperDateTime server.parameter.unreadable',
      'patientID server.parameter.invalid',
      'studyUID server.parameter.not-a-uid',
      'mostRecentResults server.parameter.invalid',
      'lowerDateTime server.parameter.not-a-date',
      'viewer server.viewer.unknown',
    ]);
    expect(errorsOf(query)).toEqual([
      'upperDateTime contains a % that does not begin the %-escape of a UTF-8 character',
      'patientID contains the control character U+000A at position 5',
      'studyUID is not a UID; expected 1 to 64 digits and dots',
      'mostRecentResults is not a number of studies; expected a whole number from 1 to 999999999',
      'lowerDateTime is not a date; expected ISO 8601, such as 2024-01-31, 2024-01-31T13:45:00 or 2024-01-31T13:45:00+01:00',
      'viewer is not one of WEASIS, OHIF, SLICER, MICRODICOM',
    ]);
  });

  it('is not one whose unknown parameters are garbage', () => {
    expect(read('studyUID=1.2&foo=%zz&%FF=1&target=%').criteria.studyInstanceUids).toEqual(['1.2']);
    expect(errorsOf('studyUID=1.2&access_token=%zz')).toHaveLength(1);
  });

  it('names nothing at all: says what would', () => {
    const [error] = errorsOf('foo=1');
    expect(error).toBe(
      'patientID is missing, and so are studyUID, accessionNumber, seriesUID, objectUID. One of them is required',
    );
    expect(codesOf('foo=1')).toEqual(['patientID server.parameter.missing']);
    expect(errorsOf('')).toEqual([error]);
    expect(errorsOf('studyUID=&patientID=,')).toEqual([error]);
    expect(errorsOf('modalitiesInStudy=CT&archive=a')).toEqual([error]);
  });

  it('says which name is meant where only its letter case is wrong', () => {
    expect(errorsOf('patientid=1')).toEqual(['patientid is unknown. Names are case-sensitive: write patientID']);
    expect(codesOf('patientid=1')).toEqual(['patientid server.parameter.unknown']);
  });

  it.each([
    'studyUID={{studyUID}}',
    'studyUID=%7B%7BstudyUID%7D%7D',
    'studyUID=%257B%257BstudyUID%257D%257D',
    'studyUID=studyUID',
    'patientID=undefined',
    'patientID=patientID',
    'patientID={patientID}',
    'patientID=7^^^{{issuer}}',
    'patientID=7^^^undefined',
    'accessionNumber=1,null',
    'seriesUID=${series}',
    'modalitiesInStudy=undefined&studyUID=1.2',
    'archive={{archive}}&studyUID=1.2',
    'mostRecentResults=%3C%25= count %25%3E&studyUID=1.2',
  ])('holds a placeholder that a page did not fill in: %s', (query) => {
    const name = query.split('=', 1);
    expect(errorsOf(query)).toEqual([
      `${name} is a placeholder that the calling page did not fill in. Fill it in on the calling page, or leave it out`,
    ]);
    expect(codesOf(query)).toEqual([`${name} server.parameter.placeholder`]);
  });

  it('is not one that happens to look like a placeholder', () => {
    expect(read('patientID={12-AB},NULL-1,undefined1,a{{b}}').criteria.patientIds.map(({ id }) => id)).toEqual([
      '{12-AB}',
      'NULL-1',
      'undefined1',
      'a{{b}}',
    ]);
    expect(read('studyUID=1.2&archive=archive&user={{user}}').archives).toEqual(['archive']);
  });

  it.each([
    ['amp;modalitiesInStudy', 'patientID=P1&amp;modalitiesInStudy=US'],
    ['amp;mostRecentResults', 'patientID=P1&amp;mostRecentResults=1'],
    ['amp;patientID', 'amp;patientID=P1'],
    ['#38;mostRecentResults', 'patientID=P1&#38;mostRecentResults=1'],
    ['#x26;launch', 'patientID=P1&#x26;launch=rs'],
    ['AMP;foo', 'patientID=P1&AMP;foo=1'],
    ['&amp;modalitiesInStudy', 'patientID=P1&%26amp;modalitiesInStudy=US'],
    ['&#38;foo', 'patientID=P1&%26%2338;foo=1'],
    ['ampmodalitiesInStudy', 'patientID=P1&ampmodalitiesInStudy=US'],
    ['&modalitiesInStudy', 'patientID=P1&%26modalitiesInStudy=US'],
    ['#38access_token', 'patientID=P1&%2338access_token=t'],
    ['AMPstudyUID', 'AMPstudyUID=1.2'],
  ])('has a name behind an & that is escaped as in HTML: %s', (name, query) => {
    expect(errorsOf(query)).toEqual([
      `${name} is not a parameter: the address contains &amp; before ${name.replace(/^&?(amp|#38|#x26)?;?/i, '')}, as copied from HTML. Write & alone`,
    ]);
    expect(codesOf(query)).toEqual([`${name} server.parameter.html-escaped`]);
  });

  it('holds an & that is escaped as in HTML', () => {
    for (const value of ['7^^^H%26amp;1.2%26amp;ISO', 'P1%26amp%3BmodalitiesInStudy%3DUS', '7%26%2338;8'])
      expect(errorsOf(`patientID=${value}`)).toEqual([
        'patientID contains &amp; instead of &: the address was copied from HTML. Write & alone',
      ]);
    expect(read('patientID=7^^^H%261.2%26ISO&ampere=1&amp=1&%26=1').criteria.patientIds).toHaveLength(1);
  });

  it('holds two values where one is allowed, or a range that nothing lies in', () => {
    expect(errorsOf('studyUID=1&viewer=OHIF&viewer=WEASIS')).toEqual(['viewer has 2 different values; one is allowed']);
    expect(errorsOf('studyUID=1&lowerDateTime=2024-02-01&upperDateTime=2024-01-31T23:59')).toEqual([
      'lowerDateTime is later than upperDateTime, so no study can match',
    ]);
    expect(codesOf('studyUID=1&viewer=OHIF&viewer=WEASIS')).toEqual(['viewer server.parameter.repeated']);
    expect(codesOf('studyUID=1&lowerDateTime=2024-02&upperDateTime=2024-01')).toEqual([
      'lowerDateTime server.parameter.not-a-date',
      'upperDateTime server.parameter.not-a-date',
    ]);
    expect(codesOf('studyUID=1&lowerDateTime=2024-02-01&upperDateTime=2024-01-31')).toEqual([
      'lowerDateTime server.parameter.contradictory',
    ]);
    expect(read('studyUID=1&lowerDateTime=2024-01-31T12:00&upperDateTime=2024-01-31').viewer).toBeUndefined();
  });

  it('never repeats a value, whatever it is', () => {
    const secret = 'Xyzzy-Q';
    fc.assert(
      fc.property(
        fc.constantFrom(
          'patientID',
          'studyUID',
          'seriesUID',
          'mostRecentResults',
          'viewer',
          'lowerDateTime',
          'archive',
        ),
        fc.string({ unit: 'grapheme', maxLength: 300 }),
        (name, noise) => {
          const { parameters, bad } = parametersOfUrl(`/m?${name}=${encodeURIComponent(`${secret}${noise}`)}`);
          try {
            readSearch(parameters, bad);
          } catch (error) {
            expect(error).toBeInstanceOf(BadParameters);
            expect(JSON.stringify((error as BadParameters).errors)).not.toContain(secret);
          }
        },
      ),
    );
  });
});
