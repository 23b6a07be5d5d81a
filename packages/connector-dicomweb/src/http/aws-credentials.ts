import { createRequire } from 'node:module';
import type * as HashPackage from '@aws-crypto/sha256-js';
import type * as ProviderPackage from '@aws-sdk/credential-provider-node';
import type * as SignaturePackage from '@smithy/signature-v4';
import { ConnectorError } from '@pacs-connectors/connector-core';
import { type Credentials, type Fault } from '@pacs-connectors/wado-client';
import { codes } from '../errors/error-codes.js';

const PACKAGES = {
  '@smithy/signature-v4': '^5.7.0',
  '@aws-crypto/sha256-js': '^5.2.0',
  '@aws-sdk/credential-provider-node': '^3.972.0',
};

interface Packages {
  '@smithy/signature-v4': typeof SignaturePackage;
  '@aws-crypto/sha256-js': typeof HashPackage;
  '@aws-sdk/credential-provider-node': typeof ProviderPackage;
}

/** Loads a package, or throws. */
export type Loader = (name: string) => unknown;

/** Headers that proxies change. */
const UNSIGNED = new Set(['accept-encoding']);

/**
 * Returns credentials that sign each query for AWS (Signature Version 4). The AWS SDK finds the keys, in its usual places, and renews
 * them.
 *
 * @throws ConnectorError (`dicomweb.aws.package-missing`) if a package of the AWS SDK is not installed.
 */
export function awsCredentials(
  connectorId: string,
  { region, service }: { region: string; service: string },
  loader: Loader = createRequire(import.meta.url),
): Credentials {
  const load = <Name extends keyof Packages>(name: Name) => loaded(connectorId, name, loader) as Packages[Name];
  const { SignatureV4 } = load('@smithy/signature-v4');
  const { Sha256 } = load('@aws-crypto/sha256-js');
  // Files are read again when credentials are renewed.
  const provider = load('@aws-sdk/credential-provider-node').defaultProvider({ ignoreCache: true });
  let isRefused = false;
  const fail = (error: unknown) => credentialsError(connectorId, error);
  return {
    authorization: () => Promise.resolve(undefined),
    async sign({ origin, path, headers }, signal) {
      signal.throwIfAborted();
      const found = provider(isRefused ? { forceRefresh: true } : undefined);
      const credentials = await untilAborted(found, signal).catch((error: unknown) => {
        signal.throwIfAborted();
        throw fail(error);
      });
      isRefused = false;
      if (!credentials) throw fail(undefined);
      const signer = new SignatureV4({ credentials, region, service, sha256: Sha256 });
      const { protocol, hostname, host } = new URL(origin);
      const [pathname = '', search = ''] = splitAt(path, '?');
      const query = parametersOf(search);
      const signed = await signer.sign(
        { method: 'GET', protocol, hostname, path: pathname, query, headers: { ...headers, host } },
        { unsignableHeaders: UNSIGNED },
      );
      return { path: pathname + encoded(query), headers: withoutHost(signed.headers) };
    },
    signatureFault(answer) {
      const fault = signatureFault(answer, region, service);
      isRefused ||= fault !== undefined;
      return fault;
    },
    refused: () => false,
    timeoutError: new ConnectorError(connectorId, 'timeout', 'AWS issued no credentials before the deadline', {
      code: codes['dicomweb.aws.credentials-failed'],
      remedy: 'Check the network between this machine and AWS.',
    }),
    ofCaller: false,
    own: true,
  };
}

function loaded(connectorId: string, name: keyof Packages, loader: Loader): unknown {
  try {
    return loader(name);
  } catch (error) {
    const install = Object.entries(PACKAGES).map(([one, version]) => `${one}@${version}`);
    throw new ConnectorError(
      connectorId,
      'misconfigured',
      `queries are signed for AWS, but the package ${name} cannot be loaded.`,
      {
        code: codes['dicomweb.aws.package-missing'],
        remedy: `Run npm install ${install.join(' ')} and restart.`,
        cause: error,
      },
    );
  }
}

async function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const ended = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true, signal: ended.signal });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    ended.abort();
  }
}

/** Returns the error for what the AWS SDK threw. Its own text may contain a command line with a secret, so it is not shown. */
function credentialsError(connectorId: string, error: unknown): ConnectorError {
  const { name, $fault } = (error ?? {}) as { name?: string; $fault?: string };
  if (error === undefined || name === 'CredentialsProviderError' || name === 'TokenProviderError') {
    return new ConnectorError(connectorId, 'misconfigured', 'no AWS credentials were found', {
      code: codes['dicomweb.aws.credentials-missing'],
      remedy:
        'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE with its files, or a role of the container or instance.',
    });
  }
  const isRefused = $fault === 'client';
  const what = isRefused ? 'AWS refuses to issue credentials' : 'AWS credentials cannot be fetched';
  return new ConnectorError(connectorId, isRefused ? 'refused' : 'unavailable', `${what} (${name ?? 'unknown'})`, {
    code: codes['dicomweb.aws.credentials-failed'],
    remedy: isRefused ? 'Check the role and its trust policy.' : 'Check the network between this machine and AWS.',
  });
}

/** Reads why AWS rejects a request. The answer itself is never shown, since it can contain the session token. */
function signatureFault(answer: string, region: string, service: string): Fault | undefined {
  if (/RequestTimeTooSkewed|RequestExpired|Signature expired|Signature not yet current/i.test(answer)) {
    return {
      kind: 'misconfigured',
      code: codes['dicomweb.aws.clock-wrong'],
      what: 'it rejects the signature, because the clock of this machine is wrong',
      remedy: 'Set the clock of this machine, for example by NTP.',
    };
  }
  if (/Credential should be scoped/i.test(answer)) {
    return {
      kind: 'misconfigured',
      code: codes['dicomweb.aws.region-refused'],
      what: `it rejects the signature for the region ${region} and the service ${service}`,
      remedy: 'Correct dicom-web-connector.aws.region and dicom-web-connector.aws.service.',
    };
  }
  if (/ExpiredToken|UnrecognizedClient|InvalidClientTokenId|security token included in the request/i.test(answer)) {
    return {
      kind: 'refused',
      code: codes['dicomweb.aws.credentials-refused'],
      what: 'it does not know the AWS access key, or its session token has expired',
      remedy: 'Renew the AWS credentials of this server.',
    };
  }
  if (/SignatureDoesNotMatch|InvalidSignature|IncompleteSignature|MissingAuthenticationToken/i.test(answer)) {
    return {
      kind: 'refused',
      code: codes['dicomweb.aws.signature-refused'],
      what: 'the AWS signature does not match',
      remedy: 'Correct the AWS secret access key, and check whether a proxy changes requests.',
    };
  }
  return undefined;
}

function splitAt(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function parametersOf(search: string): Record<string, string[]> {
  const parameters = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(search)) {
    parameters.set(name, [...(parameters.get(name) ?? []), value]);
  }
  return Object.fromEntries(parameters);
}

/** Writes the query as it is signed, so that a server which does not decode it first sees the same. */
function encoded(query: Record<string, string[]>): string {
  const parts = Object.entries(query).flatMap(([name, values]) =>
    values.map((value) => `${escaped(name)}=${escaped(value)}`),
  );
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

function escaped(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function withoutHost(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'host'));
}
