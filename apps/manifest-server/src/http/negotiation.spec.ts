import { describe, expect, it } from '@jest/globals';
import { acceptsGzip, matchesEtag, negotiateFormat } from './negotiation.js';

describe('negotiation', () => {
  it('prefers XML where the client does not care', () => {
    expect(negotiateFormat({})).toEqual({ mediaType: 'application/xml', format: 'xml' });
    expect(negotiateFormat({ accept: '*/*' }).format).toBe('xml');
    expect(negotiateFormat({ accept: 'application/*' }).format).toBe('xml');
    expect(negotiateFormat({ accept: 'application/json;q=0.1, */*;q=0' }).format).toBe('json');
    expect(negotiateFormat({ accept: '' }).format).toBe('xml');
    expect(negotiateFormat({ accept: 'application/json; charset=UTF-8' })).toEqual({
      mediaType: 'application/json',
      format: 'json',
    });
    expect(() => negotiateFormat({ accept: 'image/png' })).toThrow('application/xml, text/xml, application/json');
    expect(() => negotiateFormat({ accept: '*/*;q=0' })).toThrow();
  });

  it('reads types and weights, whatever parameters a client adds', () => {
    for (const accept of [
      'application/xml;version=1',
      'application/xml; version=1; q=0.9, application/json;q=0.5',
      'application/xml;level="a,b;q=0";q=0.9,application/json;version=2;q=0.8',
      'application/xml;charset=ISO-8859-1',
    ])
      expect(negotiateFormat({ accept })).toEqual({ mediaType: 'application/xml', format: 'xml' });
    expect(negotiateFormat({ accept: 'application/json;charset=utf-16' }).format).toBe('json');
    expect(negotiateFormat({ accept: 'application/xml;version=1;q=0.2, application/json;q=0.5' }).format).toBe('json');
    expect(() => negotiateFormat({ accept: 'application/xml;version=1;q=0' })).toThrow();
    expect(() => negotiateFormat({ accept: 'image/png;version=1' })).toThrow();
  });

  it('sends gzip to whom accepts it', () => {
    expect(acceptsGzip({})).toBe(false);
    expect(acceptsGzip({ 'accept-encoding': '' })).toBe(false);
    expect(acceptsGzip({ 'accept-encoding': 'gzip' })).toBe(true);
    expect(acceptsGzip({ 'accept-encoding': 'br, gzip;q=0.5' })).toBe(true);
    expect(acceptsGzip({ 'accept-encoding': 'deflate, *' })).toBe(true);
    expect(acceptsGzip({ 'accept-encoding': 'identity, gzip;q=0.5' })).toBe(false);
    expect(acceptsGzip({ 'accept-encoding': 'gzip;q=0' })).toBe(false);
  });

  it('compares entity tags weakly and wholly', () => {
    expect(matchesEtag('"a", W/"b"', '"b"')).toBe(true);
    expect(matchesEtag(' * ', '"b"')).toBe(true);
    expect(matchesEtag('"ab"', '"b"')).toBe(false);
    expect(matchesEtag('b', '"b"')).toBe(false);
    expect(matchesEtag(undefined, '"b"')).toBe(false);
  });
});
