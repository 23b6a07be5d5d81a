// Reading 10,000 identifiers of IMAGE level: ours beside dcmjs-dimse's. One JSON object a line (tools/bench.mjs).
import dimse from 'dcmjs-dimse';
import { EXPLICIT_VR_LITTLE_ENDIAN, readDataSet, writeDataSet } from '../dist/dimse/data-set.js';
import { Tag, VALUE_REPRESENTATIONS } from '../dist/dimse/tags.js';
import { DataSetText } from '../dist/text/data-set-text.js';

const VALUES = {
  [Tag.specificCharacterSet]: 'ISO_IR 100',
  [Tag.sopClassUid]: '1.2.840.10008.5.1.4.1.1.2',
  [Tag.queryRetrieveLevel]: 'IMAGE',
  [Tag.studyInstanceUid]: '2.25.142388606682979734443363120399000000000',
  [Tag.seriesInstanceUid]: '2.25.142388606682979734443363120399000000001',
  [Tag.seriesDescription]: 'Thorax 1.0 mm',
};
const identifiers = Array.from({ length: 10_000 }, (_, index) =>
  writeDataSet(
    Object.entries({ ...VALUES, [Tag.sopInstanceUid]: `2.25.1.${index}`, [Tag.instanceNumber]: String(index) }).map(
      ([tag, value]) => ({ tag: Number(tag), vr: VALUE_REPRESENTATIONS[tag], value: Buffer.from(value) }),
    ),
    true,
  ),
);
const wanted = [...Object.keys(VALUES), Tag.sopInstanceUid, Tag.instanceNumber].map(Number);

function ours() {
  return identifiers.map((bytes) => {
    const text = new DataSetText(readDataSet(bytes, true));
    return wanted.map((tag) => text.get(tag));
  }).length;
}
function theirs() {
  return identifiers.map((bytes) => new dimse.Dataset(bytes, EXPLICIT_VR_LITTLE_ENDIAN).getElements()).length;
}
function time(work) {
  const start = performance.now();
  work();
  return performance.now() - start;
}
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const rounds = Array.from({ length: 5 }, () => [time(ours), time(theirs)]);
const value = median(rounds.map(([first]) => first));
const baseline = median(rounds.map(([, second]) => second));
console.log(
  JSON.stringify({
    name: '10,000 identifiers read / by dcmjs-dimse',
    value,
    baseline,
    unit: 'ms',
    ratio: value / baseline,
  }),
);
