import { describe, expect, it } from '@jest/globals';
import { matchIssuer } from './issuers.js';

describe('issuerTest', () => {
  it('is not needed where no issuer was asked for', () => {
    expect(matchIssuer([])).toBeUndefined();
    expect(matchIssuer([{ id: 'A' }, { id: 'B', issuer: '' }])).toBeUndefined();
  });

  it('separates patients of one id, and keeps those whose issuer is unknown', () => {
    const isWanted = matchIssuer([{ id: 'A', issuer: 'X' }, { id: 'B' }]);
    expect(isWanted?.('A', 'X')).toBe(true);
    expect(isWanted?.('A', 'Y')).toBe(false);
    expect(isWanted?.('A', undefined)).toBe(true);
    expect(isWanted?.('B', 'Y')).toBe(true);
  });

  it('knows an authority by its OID as well', () => {
    const isWanted = matchIssuer([{ id: 'A', issuer: 'X', universalEntityId: '1.2.3', universalEntityIdType: 'ISO' }]);
    expect(isWanted?.('A', '1.2.3')).toBe(true);
    expect(isWanted?.('A', 'Z&1.2.3&ISO')).toBe(true);
    expect(isWanted?.('A', 'Z&1.2.4&ISO')).toBe(false);
  });

  it('takes one id of two authorities', () => {
    const isWanted = matchIssuer([
      { id: 'A', issuer: 'X' },
      { id: 'A', issuer: 'Y' },
    ]);
    expect([isWanted?.('A', 'X'), isWanted?.('A', 'Y'), isWanted?.('A', 'Z')]).toEqual([true, true, false]);
  });
});
