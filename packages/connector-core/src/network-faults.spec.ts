import { expect, it } from '@jest/globals';
import { networkFaultOf } from './network-faults.js';

it.each([
  ['ECONNREFUSED', 'refused', 'nothing listens on this port'],
  ['ENOTFOUND', 'host-unknown', 'its host name is unknown'],
  ['EAI_AGAIN', 'host-unknown', 'its host name cannot be resolved now'],
  ['EHOSTUNREACH', 'no-route', 'there is no route to it'],
  ['UND_ERR_CONNECT_TIMEOUT', 'no-route', 'it does not answer'],
  ['EPIPE', 'lost', 'it closed the connection before its answer was complete'],
])('the fault of %s', (code, name, message) => {
  expect(networkFaultOf(code)).toEqual({ name, message });
});

it.each(['', 'EMFILE', 'CERT_HAS_EXPIRED', 'toString'])('%p is not a fault of the network', (code) => {
  expect(networkFaultOf(code)).toBeUndefined();
});
