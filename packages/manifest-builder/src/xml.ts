import { create } from 'xmlbuilder2';
import {
  ATTRIBUTES,
  type ElementName,
  type Elements,
  type InstanceElement,
  type ManifestElement,
  type PatientElement,
} from './model/elements.js';

export const NAMESPACE = 'http://www.weasis.org/xsd/2.5';

/**
 * The manifest as XML, in parts of any size. xmlbuilder2 writes the document with a comment where each archive's patients
 * belong; these are written here, since they are nearly all of it: equal to what xmlbuilder2 would write (xml.spec.ts).
 */
export function* xmlParts(manifest: ManifestElement): Generator<string> {
  const frame = frameOf(manifest).split(`<!--${PATIENTS}-->`);
  const filled = manifest.arcQuery.filter((arcQuery) => arcQuery.Patient.length > 0);
  for (const [index, text] of frame.entries()) {
    yield text;
    const arcQuery = filled[index];
    if (arcQuery) yield* patientParts(arcQuery.Patient);
  }
}

/** No value can hold this comment: in a value, `<` is escaped. */
const PATIENTS = 'patients';

function frameOf(manifest: ManifestElement): string {
  const root = create({ version: '1.0', encoding: 'UTF-8' }).ele(
    NAMESPACE,
    'manifest',
    builderAttributes('manifest', manifest),
  );
  for (const arcQuery of manifest.arcQuery) {
    const element = root.ele('arcQuery', builderAttributes('arcQuery', arcQuery));
    for (const httpTag of arcQuery.httpTag) element.ele('httpTag', builderAttributes('httpTag', httpTag));
    if (arcQuery.Message) element.ele('Message', builderAttributes('Message', arcQuery.Message));
    if (arcQuery.Patient.length > 0) element.com(PATIENTS);
  }
  return root.end();
}

/**
 * Attributes for xmlbuilder2. It leaves what looks like an entity as it is (`a &lt; b` would be read back as `a < b`, and
 * `&nbsp;` be no XML at all) and writes tabs and line breaks raw, which a reader turns into blanks (XML 1.0, 3.3.3): both
 * are made references first.
 */
export function builderAttributes<Name extends ElementName>(
  name: Name,
  element: Elements[Name],
): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const attribute of ATTRIBUTES[name] as readonly string[]) {
    const value = (element as unknown as Record<string, unknown>)[attribute];
    if (value !== undefined) attributes[attribute] = String(value).replace(/[&\t\n\r]/g, reference);
  }
  return attributes;
}

function* patientParts(patients: readonly PatientElement[]): Generator<string> {
  for (const patient of patients) {
    if (patient.Study.length === 0) {
      yield `${start('Patient', patient)}/>`;
      continue;
    }
    yield `${start('Patient', patient)}>`;
    for (const study of patient.Study) {
      if (study.Series.length === 0) {
        yield `${start('Study', study)}/>`;
        continue;
      }
      yield `${start('Study', study)}>`;
      for (const series of study.Series) {
        if (series.Instance.length === 0) {
          yield `${start('Series', series)}/>`;
          continue;
        }
        yield `${start('Series', series)}>`;
        for (const instance of series.Instance) yield instanceTag(instance);
        yield '</Series>';
      }
      yield '</Study>';
    }
    yield '</Patient>';
  }
}

/** The one tag that a manifest holds thousands of, spelled out. UIDs and numbers hold nothing to escape. */
function instanceTag({ SOPInstanceUID, SOPClassUID, InstanceNumber, DirectDownloadFile }: InstanceElement): string {
  let text = `<Instance SOPInstanceUID="${SOPInstanceUID}"`;
  if (SOPClassUID !== undefined) text += ` SOPClassUID="${SOPClassUID}"`;
  if (InstanceNumber !== undefined) text += ` InstanceNumber="${InstanceNumber}"`;
  if (DirectDownloadFile !== undefined) text += ` DirectDownloadFile="${escaped(DirectDownloadFile)}"`;
  return `${text}/>`;
}

/** An element's start tag up to its end. */
function start<Name extends ElementName>(name: Name, element: Elements[Name]): string {
  let text = `<${name}`;
  for (const attribute of ATTRIBUTES[name] as readonly string[]) {
    const value = (element as unknown as Record<string, unknown>)[attribute];
    if (value !== undefined) text += ` ${attribute}="${typeof value === 'string' ? escaped(value) : String(value)}"`;
  }
  return text;
}

const TO_ESCAPE = /[&<>"\t\n\r]/;

function escaped(text: string): string {
  return TO_ESCAPE.test(text) ? text.replace(/[&<>"\t\n\r]/g, reference) : text;
}

const REFERENCES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function reference(character: string): string {
  return REFERENCES[character] ?? `&#${character.charCodeAt(0)};`;
}
