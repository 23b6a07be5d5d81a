import { expect, it } from '@jest/globals';
import { CodeLabels } from './code-labels.js';

it('are the codes, up to a number of different ones', () => {
  const labels = new CodeLabels(2);
  const codes = ['dicom.association.refused', 'db.failed', 'db.other', 'db.failed', 'db.third'];
  expect(codes.map((code) => labels.label(code))).toEqual([
    'dicom.association.refused',
    'db.failed',
    'other',
    'db.failed',
    'other',
  ]);
});

it.each(['Doe^Jane', 'db', 'db..x', 'a.b.c.d', '', `db.${'x'.repeat(100)}`])('are other for %j', (code) => {
  expect(new CodeLabels().label(code)).toBe('other');
});
