import { ATTRIBUTES, type ElementName, type Elements, type ManifestElement } from './model/elements.js';

/**
 * Writes the manifest as JSON, in parts of any size, with the elements' names, order and values. Lists of children are written
 * even if they are empty, except `httpTag`.
 */
export function* jsonParts(manifest: ManifestElement): Generator<string> {
  yield `{"manifest":${start('manifest', manifest)}"arcQuery":[`;
  for (const [index, arcQuery] of manifest.arcQuery.entries()) {
    yield `${index === 0 ? '' : ','}${start('arcQuery', arcQuery)}`;
    if (arcQuery.httpTag.length > 0) yield `"httpTag":${JSON.stringify(arcQuery.httpTag)},`;
    if (arcQuery.Message) yield `"Message":${JSON.stringify(arcQuery.Message)},`;
    yield '"Patient":[';
    for (const [patientIndex, patient] of arcQuery.Patient.entries()) {
      yield `${patientIndex === 0 ? '' : ','}${start('Patient', patient)}"Study":[`;
      for (const [studyIndex, study] of patient.Study.entries()) {
        yield `${studyIndex === 0 ? '' : ','}${start('Study', study)}"Series":[`;
        for (const [seriesIndex, series] of study.Series.entries()) {
          yield `${seriesIndex === 0 ? '' : ','}${start('Series', series)}"Instance":[`;
          let separator = '';
          for (const instance of series.Instance) {
            yield separator + JSON.stringify(instance);
            separator = ',';
          }
          yield ']}';
        }
        yield ']}';
      }
      yield ']}';
    }
    yield ']}';
  }
  yield ']}}';
}

/** The attributes of an object, without its closing brace: its children follow. */
function start<Name extends ElementName>(name: Name, element: Elements[Name]): string {
  let text = '{';
  for (const attribute of ATTRIBUTES[name] as readonly string[]) {
    const value = (element as unknown as Record<string, unknown>)[attribute];
    if (value !== undefined) text += `"${attribute}":${JSON.stringify(value)},`;
  }
  return text;
}
