import { expect, it } from '@jest/globals';
import { type FastifyRequest } from 'fastify';
import { callerOf } from './caller.js';

const request = (url: string, authorization?: string) =>
  ({ headers: { authorization }, raw: { url } }) as unknown as FastifyRequest;

it('takes the bearer token of header or parameter', () => {
  expect(callerOf(request('/manifest'))).toEqual({});
  expect(callerOf(request('/manifest', 'Bearer a.b-c'))).toEqual({ bearerToken: 'a.b-c' });
  expect(callerOf(request('/manifest', 'bearer a.b-c'))).toEqual({ bearerToken: 'a.b-c' });
  expect(callerOf(request('/m?access_token=a.b%2Bc%3D%3D'))).toEqual({ bearerToken: 'a.b+c==' });
  expect(callerOf(request('/m?access_token=a+b'))).toEqual({ bearerToken: 'a+b' });
  expect(callerOf(request('/m?access_token=a&access_token=', 'Bearer a'))).toEqual({ bearerToken: 'a' });
  expect(callerOf(request('/m?access_token='))).toEqual({});
  expect(callerOf(request('/m', 'Basic dTpw'))).toEqual({});
});

it('refuses two tokens, and text that is not a token', () => {
  expect(() => callerOf(request('/m?access_token=a', 'Bearer b'))).toThrow('access_token differs');
  expect(() => callerOf(request('/m?access_token=a&access_token=b'))).toThrow('access_token differs');
  expect(() => callerOf(request('/m', 'Bearer a"b'))).toThrow('is not a bearer token');
  expect(() => callerOf(request('/m?access_token=a%0d%0aX'))).toThrow('is not a bearer token');
});

it('ignores a placeholder that a page did not fill in', () => {
  const unfilled = [
    'access_token',
    'undefined',
    'null',
    '{{access_token}}',
    '{{ access_token }}',
    '${token}',
    '<access_token>',
  ];
  for (const value of [...unfilled, '%7B%7Baccess_token%7D%7D']) {
    expect(callerOf(request(`/m?access_token=${encodeURIComponent(value)}`))).toEqual({});
    expect(callerOf(request('/m', `Bearer ${value}`))).toEqual({});
    expect(callerOf(request(`/m?access_token=${encodeURIComponent(value)}`, 'Bearer a.b-c'))).toEqual({
      bearerToken: 'a.b-c',
    });
    expect(callerOf(request('/m?access_token=a.b-c', `Bearer ${value}`))).toEqual({ bearerToken: 'a.b-c' });
  }
  expect(callerOf(request('/m?access_token={{access_token}}'))).toEqual({});
  expect(callerOf(request('/m?access_token=nullable'))).toEqual({ bearerToken: 'nullable' });
});

it('removes the word Bearer before a token, and ignores what a script writes for no token', () => {
  const none = ['NULL', 'Undefined', 'nil', 'false', 'FALSE', 'None', 'NaN', ' null ', ' ', ''];
  for (const value of [...none, 'Bearer', ...none.map((word) => `Bearer ${word}`), 'bearer {{access_token}}']) {
    expect(callerOf(request(`/m?access_token=${encodeURIComponent(value)}`))).toEqual({});
    expect(callerOf(request('/m', `Bearer ${value}`))).toEqual({});
  }
  expect(callerOf(request('/m?access_token=Bearer+null'))).toEqual({});
  for (const value of ['Bearer%20a.b-c', 'bearer+a.b-c', 'BEARER++a.b-c%20', '%20a.b-c', 'Bearer%20Bearer%20a.b-c']) {
    expect(callerOf(request(`/m?access_token=${value}`))).toEqual({ bearerToken: 'a.b-c' });
    expect(callerOf(request(`/m?access_token=${value}`, 'Bearer a.b-c'))).toEqual({ bearerToken: 'a.b-c' });
  }
  expect(callerOf(request('/m', 'Bearer Bearer a.b-c'))).toEqual({ bearerToken: 'a.b-c' });
  expect(callerOf(request('/m?access_token=Bearer.a'))).toEqual({ bearerToken: 'Bearer.a' });
});
