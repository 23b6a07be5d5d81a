import { ClientCredentials } from '@pacs-connectors/oauth2-client';

const tokens = new ClientCredentials({
  issuerUri: process.env.ISSUER_URI ?? 'https://sso.example.org/realms/main',
  clientId: process.env.CLIENT_ID ?? 'viewer',
  clientSecret: process.env.CLIENT_SECRET,
});
const token = await tokens.token(AbortSignal.timeout(10_000));
console.log(`a token of ${token.length} characters`);
