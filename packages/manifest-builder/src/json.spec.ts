import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { arrange } from './arrange/arrange.js';
import { type ManifestElement } from './model/elements.js';
import { Pace } from './arrange/pace.js';
import { anyManifest } from './testing/arbitrary.js';
import { arcQueryOf, patientOf, rendered } from './testing/render.js';

/** The elements as JSON.stringify is to write them: no list of httpTag where there is none, children last. */
function plain({ uid, arcQuery }: ManifestElement): object {
  return {
    manifest: {
      uid,
      arcQuery: arcQuery.map(({ httpTag, Message, Patient, ...attributes }) => ({
        ...attributes,
        httpTag: httpTag.length > 0 ? httpTag : undefined,
        Message,
        Patient,
      })),
    },
  };
}

describe('JSON', () => {
  it('has the names of the XML, numbers and booleans as such', async () => {
    const text = await rendered(
      {
        arcQueries: [
          arcQueryOf([patientOf([{ sopInstanceUid: '1.2.3.4', instanceNumber: '01' }])], {
            seriesRetrieve: true,
            compressionRate: 80,
          }),
        ],
      },
      'json',
    );
    expect(text).toBe(
      '{"manifest":{"arcQuery":[{"arcId":"main","baseUrl":"https://pacs.example.org/wado","seriesRetrieve":true,"Patient":[' +
        '{"PatientID":"1","PatientName":"DOE^JANE","Study":[{"StudyInstanceUID":"1.2","Series":[{"SeriesInstanceUID":"1.2.3",' +
        '"WadoCompressionRate":80,"Instance":[{"SOPInstanceUID":"1.2.3.4","InstanceNumber":1}]}]}]}]}]}}',
    );
  });

  it('is, byte for byte, what JSON.stringify writes of any manifest', async () => {
    await fc.assert(
      fc.asyncProperty(anyManifest, async (manifest) => {
        expect(await rendered(manifest, 'json')).toBe(JSON.stringify(plain(await arrange(manifest, new Pace()))));
      }),
      { numRuns: 400 },
    );
  });
});
