import { describe, expect, it } from '@jest/globals';
import { XMLParser } from 'fast-xml-parser';
import fc from 'fast-check';
import { create } from 'xmlbuilder2';
import { arrange } from './arrange/arrange.js';
import { type ElementName, type Elements, type ManifestElement } from './model/elements.js';
import { Pace } from './arrange/pace.js';
import { anyManifest } from './testing/arbitrary.js';
import { arcQueryOf, patientOf, rendered } from './testing/render.js';
import { builderAttributes, NAMESPACE } from './xml.js';

/** The whole document by xmlbuilder2, element by element. */
function builtByXmlbuilder2(manifest: ManifestElement): string {
  type Builder = ReturnType<typeof create>;
  const root = create({ version: '1.0', encoding: 'UTF-8' }).ele(
    NAMESPACE,
    'manifest',
    builderAttributes('manifest', manifest),
  );
  const add = <Name extends ElementName>(parent: Builder, name: Name, element: Elements[Name]) =>
    parent.ele(name, builderAttributes(name, element));
  for (const arcQuery of manifest.arcQuery) {
    const queryElement = add(root, 'arcQuery', arcQuery);
    for (const tag of arcQuery.httpTag) add(queryElement, 'httpTag', tag);
    if (arcQuery.Message) add(queryElement, 'Message', arcQuery.Message);
    for (const patient of arcQuery.Patient) {
      const patientElement = add(queryElement, 'Patient', patient);
      for (const study of patient.Study) {
        const studyElement = add(patientElement, 'Study', study);
        for (const series of study.Series) {
          const seriesElement = add(studyElement, 'Series', series);
          for (const instance of series.Instance) add(seriesElement, 'Instance', instance);
        }
      }
    }
  }
  return root.end();
}

describe('XML', () => {
  it('is compact, in the namespace, attributes in their order', async () => {
    const text = await rendered({
      uid: 'u1',
      arcQueries: [
        arcQueryOf([patientOf([{ sopInstanceUid: '1.2.3.4', instanceNumber: '01' }])], {
          webLogin: 'dTpw',
          requireOnlySopInstanceUid: false,
          additionalParameters: '&a=1',
          overrideDicomTags: [0x00100010, 0x0020000d],
          queryMode: 'DB',
          seriesRetrieve: true,
          httpTags: [{ key: 'X-Site', value: 'one' }],
          notices: [{ severity: 'INFO', title: 'T', description: 'D' }],
        }),
        { arcId: 'empty', baseUrl: '', patients: [] },
      ],
    });
    expect(text).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><manifest xmlns="http://www.weasis.org/xsd/2.5" uid="u1">' +
        '<arcQuery arcId="main" baseUrl="https://pacs.example.org/wado" webLogin="dTpw" requireOnlySOPInstanceUID="false"' +
        ' additionalParameters="&amp;a=1" additionnalParameters="&amp;a=1" overrideDicomTagsList="0x00100010,0x0020000D" queryMode="DB" seriesRetrieve="true">' +
        '<httpTag key="X-Site" value="one"/><Message title="T" description="D [archive.notice]" severity="INFO"/>' +
        '<Patient PatientID="1" PatientName="DOE^JANE"><Study StudyInstanceUID="1.2"><Series SeriesInstanceUID="1.2.3">' +
        '<Instance SOPInstanceUID="1.2.3.4" InstanceNumber="1"/></Series></Study></Patient></arcQuery>' +
        '<arcQuery arcId="empty" baseUrl=""/></manifest>',
    );
  });

  it('is, byte for byte, what xmlbuilder2 writes of any manifest', async () => {
    await fc.assert(
      fc.asyncProperty(anyManifest, async (manifest) => {
        expect(await rendered(manifest)).toBe(builtByXmlbuilder2(await arrange(manifest, new Pace())));
      }),
      { numRuns: 400 },
    );
  });

  it('is read back as what it was made from: references, line breaks and what only looks like an entity', async () => {
    const texts = ['a &lt; b', '&nbsp;', '&#10;', '&', '<b>"\'', 'é😀', '<!--patients-->', ']]>'];
    const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '', htmlEntities: true });
    for (const text of texts) {
      const patients = [{ ...patientOf([]), patientName: text }];
      const document = parser.parse(await rendered({ arcQueries: [arcQueryOf(patients)] }));
      expect(document.manifest.arcQuery.Patient.PatientName).toBe(text);
    }
    const notices = [{ severity: 'WARN' as const, title: 'T', description: 'one\ntwo\tthree' }];
    expect(await rendered({ arcQueries: [arcQueryOf([], { notices })] })).toContain(
      'description="one&#10;two&#9;three [archive.notice]"',
    );
  });

  it('lets no value of a header begin another one', async () => {
    const text = await rendered({ arcQueries: [arcQueryOf([], { httpTags: [{ key: 'A', value: 'x\r\nB: y' }] })] });
    expect(text).toContain('<httpTag key="A" value="x B: y"/>');
  });
});
