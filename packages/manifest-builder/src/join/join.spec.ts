import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { arrange } from '../arrange/arrange.js';
import { type ArcQueryElement } from '../model/elements.js';
import { Pace } from '../arrange/pace.js';
import { anyAnswer, part, range } from '../testing/join-parts.js';
import { joinParts, type JoinPart } from './join.js';

/** What each archive's part shows: series and their numbers of instances; what it says. */
async function shown(...parts: JoinPart[]) {
  const arcQueries = await joinParts(parts);
  const { arcQuery } = await arrange({ arcQueries }, new Pace());
  return Object.fromEntries(
    arcQuery.map((element) => [
      element.arcId,
      {
        element,
        series: Object.fromEntries(
          seriesOf(element).map((series) => [series.SeriesInstanceUID, series.Instance.length]),
        ),
        says: element.Message,
      },
    ]),
  );
}

function seriesOf({ Patient }: ArcQueryElement) {
  return Patient.flatMap((patient) => patient.Study).flatMap((study) => study.Series);
}

/** Every order of `parts`. */
function orders<Item>(parts: Item[]): Item[][] {
  if (parts.length < 2) return [parts];
  return parts.flatMap((first, index) => orders(parts.toSpliced(index, 1)).map((rest) => [first, ...rest]));
}

describe('a series that several archives have', () => {
  it('is shown from the archive that has most of it, in either order of the configuration', async () => {
    const small = part('small', { studies: { '1': { '1.1': range(11) } } });
    const full = part('full', { studies: { '1': { '1.1': range(13) } } });
    for (const order of orders([small, full])) {
      const { small: left, full: right } = await shown(...order);
      expect(right?.series).toEqual({ '1.1': 13 });
      expect(right?.says).toBeUndefined();
      expect(left?.series).toEqual({});
      expect(left?.says).toEqual({
        severity: 'INFO',
        title: 'Archive small: incomplete copies',
        description:
          'Archive small has 11 of the 13 images of 1 series. The viewer shows all of them, from archive full. [manifest.copies.incomplete]',
      });
    }
  });

  it('is shown from the first of two that have as many, and nothing is said of it', async () => {
    const study = { '1': { '1.1': range(2) } };
    const { a, b } = await shown(part('a', { studies: study }), part('b', { studies: study }));
    expect([a?.series, b?.series]).toEqual([{ '1.1': 2 }, {}]);
    expect([a?.says, b?.says]).toEqual([undefined, undefined]);
  });

  it('is shown from one whose answer is whole rather than from one with a warning, where both have as many', async () => {
    const study = { '1': { '1.1': range(2) } };
    const notices = [{ severity: 'WARN' as const, title: 'Cut', description: 'The archive cut its answer.' }];
    const { a, b } = await shown(part('a', { studies: study, query: { notices } }), part('b', { studies: study }));
    expect([a?.series, b?.series]).toEqual([{}, { '1.1': 2 }]);
    expect(a?.says?.title).toBe('Cut');
  });

  it('counts the images that only the other archive has', async () => {
    const a = part('a', { studies: { '1': { '1.1': range(11), '1.2': range(1) } } });
    const b = part('b', { studies: { '1': { '1.1': range(16, 4), '1.2': range(1), '1.3': range(5) } } });
    for (const order of orders([a, b])) {
      const result = await shown(...order);
      expect(result['b']?.series).toMatchObject({ '1.1': 13, '1.3': 5 });
      expect(Object.keys(result['a']?.series ?? {})).not.toContain('1.1');
      expect(result['a']?.says).toEqual({
        severity: 'WARN',
        title: 'Archive a: images not shown',
        description:
          '3 images of 1 series are only in archive a and not shown. The viewer takes each series from one archive, here from archive b. Open the images with archive=a to see what archive a has. [manifest.copies.not-shown]',
      });
    }
  });

  it('is whole in one part where both archives hand out their images at one address', async () => {
    const query = { baseUrl: 'http://pacs.example/wado', httpTags: [], additionalParameters: undefined };
    const a = part('a', { studies: { '1': { '1.1': range(8) } }, query });
    const b = part('b', { studies: { '1': { '1.1': range(13, 9) } }, query });
    const c = part('c', { studies: { '1': { '1.1': range(10) } } });
    for (const order of orders([a, b, c])) {
      const result = await shown(...order);
      expect(result['a']?.series).toEqual({ '1.1': 13 });
      expect(result['a']?.element.Patient[0]?.Study[0]?.Series[0]?.Instance[12]?.DirectDownloadFile).toBe('/b/9');
      expect([result['b']?.series, result['c']?.series]).toEqual([{}, {}]);
      expect(result['b']?.says).toBeUndefined();
      expect(result['c']?.says?.title).toBe('Archive c: incomplete copies');
    }
  });

  it('is not taken from two archives at one address that take different logins', async () => {
    const query = { baseUrl: 'http://pacs.example/wado' };
    const a = part('a', { studies: { '1': { '1.1': range(8) } }, query });
    const b = part('b', { studies: { '1': { '1.1': range(13, 9) } }, query });
    const result = await shown(a, b);
    expect([result['a']?.series, result['b']?.series]).toEqual([{ '1.1': 8 }, {}]);
    expect(result['b']?.says?.description).toMatch(/^5 images of 1 series are only in archive b/);
  });

  it('comes twice where a key sets one of the archives apart', async () => {
    const a = part('a', { studies: { '1': { '1.1': range(11) } } });
    const b = part('b', { studies: { '1': { '1.1': range(13) } }, separate: true, patient: { patientName: 'Doe^J' } });
    const result = await shown(a, b);
    expect([result['a']?.series, result['b']?.series]).toEqual([{ '1.1': 11 }, { '1.1': 13 }]);
    expect(result['a']?.element.Patient[0]?.PatientName).toBe('DOE^JANE');
    expect(result['b']?.element.Patient[0]?.PatientName).toBe('Doe^J');
    expect([result['a']?.says, result['b']?.says]).toEqual([undefined, undefined]);
  });

  it('is under one study where archives list it in two', async () => {
    const a = part('a', { studies: { '1': { '1.1': range(3) } } });
    const b = part('b', { studies: { '2': { '1.1': range(3) } } });
    const result = await shown(a, b);
    expect([result['a']?.series, result['b']?.series]).toEqual([{ '1.1': 3 }, {}]);
    expect(result['b']?.says).toMatchObject({ severity: 'WARN', title: 'Archive b: listed under another study' });
  });
});

describe('an archive that does not list its images', () => {
  it('gives way to one that does, and is not taken for empty', async () => {
    const listed = part('listed', { studies: { '1': { '1.1': range(2) }, '2': { '2.1': range(1) } } });
    const bySeries = part('web', { studies: { '1': { '1.1': null }, '2': null, '3': null } });
    for (const order of orders([listed, bySeries])) {
      const { listed: left, web } = await shown(...order);
      expect(left?.series).toEqual({ '1.1': 2, '2.1': 1 });
      expect(web?.element.Patient[0]?.Study.map((study) => study.StudyInstanceUID)).toEqual(['3']);
      expect(web?.says).toEqual({
        severity: 'INFO',
        title: 'Archive web: copies not compared',
        description:
          'Archive web names 1 study and 1 series without their images; the copies of archive listed are shown. Archive web may have more images of them. Open the images with archive=web to see what archive web has. [manifest.copies.not-compared]',
      });
    }
  });

  it('shows its studies alone where two of them have the same, and says which one is left out', async () => {
    const { a, b } = await shown(part('a', { studies: { '1': null } }), part('b', { studies: { '1': null } }));
    expect([a?.element.Patient.length, b?.element.Patient.length]).toEqual([1, 0]);
    expect(b?.says?.title).toBe('Archive b: copies not compared');
  });
});

describe('patients', () => {
  it('are spelled alike in all parts where their id and issuer are the same', async () => {
    const spellings = [{ patientName: 'DOE^JANE' }, { patientName: 'DOE^JANE^', patientSex: 'F' }, { patientName: '' }];
    const parts = spellings.map((patient, index) =>
      part(`a${index}`, { studies: { [`${index + 1}`]: { [`${index + 1}.1`]: [1] } }, patient }),
    );
    for (const order of orders(parts)) {
      const result = Object.values(await shown(...order));
      for (const { element } of result)
        expect(element.Patient[0]).toMatchObject({ PatientID: 'P1', PatientName: 'DOE^JANE^', PatientSex: 'F' });
    }
  });

  it.each([
    ['birth dates', { patientName: 'DOE^JOHN', patientBirthDate: '19500101' }, { patientBirthDate: '19900909' }],
    ['sexes', { patientName: 'DOE^JOHN', patientSex: 'M' }, { patientSex: 'F' }],
    ['names, without an issuer or a birth date', { patientName: 'DOE^JOHN' }, { patientName: 'ROE^MARY' }],
  ])('of one id stay two where they differ in their %s, and nothing of them is mixed', async (_what, john, other) => {
    const mary = { patientName: 'ROE^MARY', ...other };
    const a = part('a', { studies: { '1': { '1.1': [1] } }, patient: john });
    const b = part('b', { studies: { '2': { '2.1': [1] } }, patient: mary });
    const result = await shown(a, b);
    const attributes = (archive: string) => {
      const { PatientName, PatientBirthDate, PatientSex } = result[archive]!.element.Patient[0]!;
      return { patientName: PatientName, patientBirthDate: PatientBirthDate, patientSex: PatientSex };
    };
    expect([attributes('a'), attributes('b')]).toEqual([john, mary]);
    expect(result['b']?.says).toMatchObject({ severity: 'WARN', title: 'Archive b: one Patient ID, two patients' });
  });

  it.each([
    ['an issuer', { issuerOfPatientId: 'H' }],
    ['a birth date', { patientBirthDate: '19500101' }],
  ])('are one where %s shows it, whatever they are called', async (_what, known) => {
    const result = await shown(
      part('a', { studies: { '1': { '1.1': [1] } }, patient: { ...known, patientName: 'DOE^JANE' } }),
      part('b', { studies: { '2': { '2.1': [1] } }, patient: { ...known, patientName: 'MILLER^JANE' } }),
    );
    const names = ['a', 'b'].map((archive) => result[archive]?.element.Patient[0]?.PatientName);
    expect(names).toEqual(['MILLER^JANE', 'MILLER^JANE']);
    expect(result['b']?.says).toBeUndefined();
  });

  it('have the issuer that another archive states for a study of theirs, in all their studies', async () => {
    const a = part('a', { studies: { '1': { '1.1': [1] }, '2': { '2.1': [1] } }, patient: { issuerOfPatientId: 'X' } });
    const b = part('b', { studies: { '1': { '1.2': range(5) }, '3': { '3.1': [1] } } });
    for (const order of orders([a, b])) {
      const result = await shown(...order);
      for (const { element, says } of Object.values(result)) {
        expect(element.Patient.map(({ IssuerOfPatientID, Study }) => [IssuerOfPatientID, Study.length])).toEqual([
          ['X', 2],
        ]);
        expect(says).toBeUndefined();
      }
    }
  });

  it('of two issuers are not joined by an archive that states none', async () => {
    const study = (series: string) => ({ studies: { '1': { [series]: [1] } } });
    const a = part('a', { ...study('1.1'), patient: { issuerOfPatientId: 'X', patientName: 'DOE^J' } });
    const b = part('b', { ...study('1.2'), patient: { patientName: 'DOE^J' } });
    const c = part('c', { ...study('1.3'), patient: { issuerOfPatientId: 'Y', patientName: 'ROE^M' } });
    for (const order of orders([a, b, c])) {
      const result = await shown(...order);
      const shownAs = (archive: string) => result[archive]?.element.Patient.map((one) => one.IssuerOfPatientID);
      expect([shownAs('a'), shownAs('b'), shownAs('c')]).toEqual([['X'], ['X'], ['Y']]);
      const warned = Object.values(result).filter(({ says }) => says?.title.endsWith('listed under another patient'));
      expect(warned.length).toBeGreaterThan(0);
    }
  });

  it('stay two where their issuers differ', async () => {
    const result = await shown(
      part('a', { studies: { '1': { '1.1': [1] } }, patient: { issuerOfPatientId: 'A' } }),
      part('b', { studies: { '2': { '2.1': [1] } }, patient: { issuerOfPatientId: 'B', patientName: 'ROE^JOHN' } }),
    );
    expect(result['a']?.element.Patient[0]?.PatientName).toBe('DOE^JANE');
    expect(result['b']?.element.Patient[0]?.PatientName).toBe('ROE^JOHN');
  });

  it('are one for one study unless their ids differ', async () => {
    const a = part('a', { studies: { '1': { '1.1': range(3) } } });
    const b = part('b', { studies: { '1': { '1.2': range(2) } }, patient: { patientId: 'P2' } });
    const c = part('c', { studies: { '1': { '1.3': range(1) } }, patient: { issuerOfPatientId: 'X' } });
    for (const order of orders([a, b, c])) {
      const result = await shown(...order);
      for (const [archive, { element }] of Object.entries(result))
        expect(element.Patient.map(({ PatientID, IssuerOfPatientID }) => [PatientID, IssuerOfPatientID])).toEqual([
          archive === 'b' ? ['P2', undefined] : ['P1', 'X'],
        ]);
      // What it names may be right: its images stay with that patient.
      expect(result['b']?.series).toEqual({ '1.2': 2 });
      expect(result['b']?.says).toMatchObject({ severity: 'WARN', title: 'Archive b: listed under another patient' });
      // Nothing says that one without an issuer is somebody else.
      expect(result['c']?.says).toBeUndefined();
    }
  });
});

describe('a part without studies', () => {
  it('gives the viewer no login, header or token', async () => {
    const study = { '1': { '1.1': range(2) } };
    const { b, c } = await shown(part('a', { studies: study }), part('b', { studies: study }), part('c'));
    for (const [id, one] of Object.entries({ b, c }))
      expect(one?.element).toEqual({
        arcId: id,
        baseUrl: `http://${id}.example/wado`,
        httpTag: [],
        Patient: [],
      });
  });

  it('says how many studies are shown without an archive that failed', async () => {
    const notices = [{ severity: 'ERROR' as const, title: 'Archive full: not reachable', description: 'It is down.' }];
    const full = part('full', { failed: true, query: { notices } });
    const small = part('small', { studies: { '1': { '1.1': range(11) }, '2': { '2.1': [1] } } });
    for (const order of orders([full, small])) {
      const result = await shown(...order);
      expect(result['small']?.series).toEqual({ '1.1': 11, '2.1': 1 });
      expect(result['full']?.says).toEqual({
        severity: 'ERROR',
        title: 'Archive full: not reachable',
        description:
          'It is down. 2 studies are shown from other archives; archive full may have more images of them. [archive.notice]',
      });
    }
  });
});

it('lists a series once, loses no image without counting it, and changes no input', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyAnswer, { maxLength: 4 }), async (answers) => {
      const parts = answers.map((answer, index) => part(`a${index}`, { ...answer, separate: index === 3 }));
      const before = structuredClone(parts);
      const result = await joinParts(parts);
      expect(parts).toEqual(before);
      const { arcQuery } = await arrange({ arcQueries: result }, new Pace());
      const apart = new Set(parts.filter(({ separate }) => separate).map(({ arcQuery: { arcId } }) => arcId));
      const listed = arcQuery.filter(({ arcId }) => !apart.has(arcId)).flatMap(seriesOf);
      const uids = listed.map((series) => series.SeriesInstanceUID);
      expect(new Set(uids).size).toBe(uids.length);
      const images = new Set(listed.flatMap((series) => series.Instance.map(({ SOPInstanceUID }) => SOPInstanceUID)));
      for (const { arcQuery: query, separate } of parts) {
        if (separate) continue;
        const notices = result.find(({ arcId }) => arcId === query.arcId)?.notices ?? [];
        const own = query.patients.flatMap((patient) => patient.studies).flatMap((study) => study.series);
        const ownImages = new Set(
          own.flatMap(({ instances }) => instances.map(({ sopInstanceUid }) => sopInstanceUid)),
        );
        const missing = [...ownImages].filter((uid) => !images.has(uid)).length;
        const counted = notices.map(({ description }) => /^(\d+) images? of/.exec(description)?.[1] ?? 0);
        expect(counted.reduce<number>((sum, count) => sum + Number(count), 0)).toBe(missing);
        const unlisted = own.filter(
          ({ instances, seriesInstanceUid }) => instances.length === 0 && !uids.includes(seriesInstanceUid),
        );
        expect(unlisted).toEqual([]);
      }
      // Every study stays with a patient that an archive names for it, and one patient has one spelling.
      const named = new Set(
        parts.flatMap(({ arcQuery: query }) =>
          query.patients.flatMap(({ patientId, studies }) =>
            studies.map(({ studyInstanceUid }) => `${patientId} ${studyInstanceUid}`),
          ),
        ),
      );
      const spellings = new Map<string, Set<string>>();
      for (const { Patient, arcId } of arcQuery) {
        if (apart.has(arcId)) continue;
        for (const { Study, PatientID, IssuerOfPatientID, PatientName } of Patient) {
          for (const { StudyInstanceUID } of Study) {
            expect(named).toContain(`${PatientID} ${StudyInstanceUID}`);
            const key = `${PatientID} ${IssuerOfPatientID} ${StudyInstanceUID}`;
            spellings.set(key, (spellings.get(key) ?? new Set()).add(PatientName));
          }
        }
      }
      for (const names of spellings.values()) expect(names.size).toBe(1);
    }),
    { numRuns: 500 },
  );
});

it('gives the event loop back while archives of 100,000 images each are joined', async () => {
  const studies = { '1': Object.fromEntries(range(20).map((series) => [`1.${series}`, range(5000)])) };
  const parts = ['a', 'b'].map((id) => part(id, { studies }));
  // By the processor's time: other programs may have it meanwhile.
  let last = process.cpuUsage();
  let longest = 0;
  const timer = setInterval(() => {
    longest = Math.max(longest, process.cpuUsage(last).user / 1000);
    last = process.cpuUsage();
  }, 1);
  const result = await joinParts(parts);
  clearInterval(timer);
  expect(result.map(({ patients }) => patients.length)).toEqual([1, 0]);
  expect(longest).toBeLessThan(200);
});
