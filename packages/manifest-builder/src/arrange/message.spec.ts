import { describe, expect, it } from '@jest/globals';
import { type Notice } from '@pacs-connectors/connector-core';
import fc from 'fast-check';
import { codes } from '../model/error-codes.js';
import { messageOf } from './message.js';
import { anyText } from '../testing/arbitrary.js';

const code = codes['manifest.uid.invalid'];
const notice = (severity: Notice['severity'], title: string, description: string): Notice => ({
  severity,
  code,
  title,
  description,
});

describe('messageOf', () => {
  it('has nothing to say of no notices', () => expect(messageOf([])).toBeUndefined());

  it('says one notice as it is, with its code', () =>
    expect(messageOf([notice('INFO', 'Nothing found', 'No study.')])).toEqual({
      title: 'Nothing found',
      description: 'No study. [manifest.uid.invalid]',
      severity: 'INFO',
    }));

  it('joins several, the most severe first, each once', () =>
    expect(
      messageOf([
        notice('INFO', 'Not searched', 'By Patient ID.'),
        notice('ERROR', 'No answer', 'Time-out.'),
        notice('INFO', 'Not searched', 'By Patient ID.'),
        notice('INFO', 'Not searched', 'By UID.'),
      ]),
    ).toEqual({
      title: 'No answer; Not searched',
      description: [
        'No answer: Time-out. [manifest.uid.invalid]',
        'Not searched: By Patient ID. [manifest.uid.invalid]',
        'Not searched: By UID. [manifest.uid.invalid]',
      ].join('\n'),
      severity: 'ERROR',
    }));

  it('ends in the general code if a plug-in gave none, or one that is not a code', () => {
    const message = messageOf([{ severity: 'INFO', title: 'T', description: 'D.' }]);
    expect(message?.description).toBe('D. [archive.notice]');
    for (const odd of ['a\nb', 'a'.repeat(5000), '', 7, null, '\ud800'])
      expect(messageOf([{ ...notice('INFO', 'T', ''), code: odd as typeof code }])?.description).toBe(
        '[archive.notice]',
      );
  });

  it('keeps the code of a description that is cut', () => {
    const message = messageOf([notice('WARN', 'Cut', 'x'.repeat(2000))]);
    expect(message?.description).toMatch(/^x{999}… \[manifest\.uid\.invalid\]$/);
  });

  it('says a common title once', () =>
    expect(messageOf([notice('WARN', 'Cut', 'One.'), notice('WARN', 'Cut', 'Two.')])).toEqual({
      title: 'Cut',
      description: 'One. [manifest.uid.invalid]\nTwo. [manifest.uid.invalid]',
      severity: 'WARN',
    }));

  it('counts what does not fit', () => {
    const message = messageOf(
      Array.from({ length: 1000 }, (_, index) => notice('WARN', `Title ${index}`, 'x'.repeat(80))),
    );
    expect(message?.title).toHaveLength(200);
    expect(message?.title).toMatch(/^Title 0; Title 1; .*…$/);
    const lines = message?.description.split('\n') ?? [];
    expect(lines.at(-1)).toBe(`… and ${1000 - (lines.length - 1)} more.`);
    expect(lines.length).toBeGreaterThan(30);
    expect(message?.description.length).toBeLessThan(4100);
  });

  it('is bounded and well-formed whatever it is given', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ severity: fc.constantFrom('INFO', 'WARN', 'ERROR'), title: anyText, description: anyText }),
        ),
        (notices) => {
          const message = messageOf(notices);
          expect(message === undefined).toBe(notices.length === 0);
          expect(message?.title ?? '').not.toMatch(/[\p{Surrogate}\n]/u);
          expect(Array.from(message?.title ?? '').length).toBeLessThanOrEqual(200);
          expect(Array.from(message?.description ?? '').length).toBeLessThan(4100);
        },
      ),
    );
  });
});
