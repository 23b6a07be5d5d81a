import { createSecureContext } from 'node:tls';
import { readStore } from '@pacs-connectors/tls-stores';

const { key, certificates } = readStore({ url: 'client.p12', storePassword: process.env.STORE_PASSWORD });
createSecureContext({ key, cert: certificates.join('\n'), minVersion: 'TLSv1.2' });
console.log(`a key: ${key !== undefined}, certificates: ${certificates.length}`);
