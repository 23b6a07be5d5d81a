import { expect, it } from '@jest/globals';
import { attributesOf } from './keywords.js';
import { readPart10 } from './read.js';
import { EXPLICIT_VR_LITTLE_ENDIAN, JPEG_LS } from './transfer-syntaxes.js';
import { writePart10 } from './write.js';

const uids = { SOPClassUID: '1.2.840.10008.5.1.4.1.1.7', SOPInstanceUID: '2.25.1' };

it.each([
  [['ISO_IR 100'], 'Ñandú^Élodie'],
  [['ISO_IR 126'], 'Παράδειγμα^Ελένη'],
  [['ISO_IR 127'], 'مثال^ليلى'],
  [['ISO_IR 192'], 'Hong^Gildong=洪^吉洞=홍^길동'],
  [['', 'ISO 2022 IR 87'], 'Hoshino^Kaede=星野^楓=ほしの^かえで'],
])('keeps names in %j', (terms, name) => {
  const attributes = attributesOf({ ...uids, SpecificCharacterSet: terms, PatientName: name, StudyDescription: name });
  expect(readPart10(writePart10(attributes, EXPLICIT_VR_LITTLE_ENDIAN)).attributes).toEqual(attributes);
});

it('keeps numbers, sequences, empty values and binary values', () => {
  const attributes = attributesOf({
    ...uids,
    Rows: 512,
    SmallestImagePixelValue: 7,
    FrameIncrementPointer: ['00181063'],
    PixelSpacing: [0.5, 0.25],
    InstanceNumber: 3,
    RealWorldValueSlope: [1.5],
    AnatomicRegionSequence: [attributesOf({ CodeValue: '1', ViewModifierCodeSequence: [] })],
    AccessionNumber: '',
  });
  const withBinary = { ...attributes, '00420011': { vr: 'OB', InlineBinary: Buffer.from('%PDF').toString('base64') } };
  expect(readPart10(writePart10(withBinary, EXPLICIT_VR_LITTLE_ENDIAN)).attributes).toEqual(withBinary);
});

it('keeps native pixels, and the fragments of compressed ones behind an empty offset table', () => {
  const attributes = attributesOf({ ...uids, BitsAllocated: 16 });
  const pixels = Buffer.from([1, 2, 3, 4]);
  expect(readPart10(writePart10(attributes, EXPLICIT_VR_LITTLE_ENDIAN, pixels)).pixelData).toEqual(pixels);
  const { pixelData, transferSyntaxUid } = readPart10(writePart10(attributes, JPEG_LS, [pixels, Buffer.from([5, 6])]));
  expect(transferSyntaxUid).toBe(JPEG_LS);
  expect(pixelData).toEqual([Buffer.alloc(0), pixels, Buffer.from([5, 6])]);
});

it('says what is not a DICOM file, and what ends too early', () => {
  expect(() => readPart10(Buffer.from('%PDF-1.4'))).toThrow(/no prefix DICM/);
  const file = writePart10(attributesOf({ ...uids, PatientComments: 'x'.repeat(100) }), EXPLICIT_VR_LITTLE_ENDIAN);
  expect(() => readPart10(file.subarray(0, -20))).toThrow(/ends in the middle of a value/);
});
