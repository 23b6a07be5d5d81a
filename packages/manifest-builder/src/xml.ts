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
 * Writes the manifest as XML, in parts of any size. xmlbuilder2 writes the document with a comment in place of each archive's
 * patients. They are nearly all of the document and are written here, as xmlbuilder2 would write them (xml.spec.ts).
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

/** No value can contain this comment, since `<` is escaped in values. */
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
 * Returns attributes for xmlbuilder2, with `&`, tabs and line breaks as references. xmlbuilder2 does not escape what looks like
 * an entity: `a &lt; b` would be read as `a < b`, and `&nbsp;` would not be XML. A reader turns raw tabs and line breaks into
 * blanks (XML 1.0, 3.3.3).
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

/** Writes an Instance, the element that a manifest has thousands of. UIDs and numbers need no escaping. */
function instanceTag({ SOPInstanceUID, SOPClassUID, InstanceNumber, DirectDownloadFile }: InstanceElement): string {
  let text = `<Instance SOPInstanceUID="${SOPInstanceUID}"`;
  if (SOPClassUID !== undefined) text += ` SOPClassUID="${SOPClassUID}"`;
  if (InstanceNumber !== undefined) text += ` InstanceNumber="${InstanceNumber}"`;
  if (DirectDownloadFile !== undefined) text += ` DirectDownloadFile="${escaped(DirectDownloadFile)}"`;
  return `${text}/>`;
}

/** The start tag of an element, without its closing bracket. */
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
