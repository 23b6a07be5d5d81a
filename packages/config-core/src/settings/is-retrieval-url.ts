import { buildMessage, ValidateBy, type ValidationOptions } from 'class-validator';
import { REFUSED_IN_URI, uriCharacters } from '../values/uri-characters.js';

/** What java.net.URI rejects anywhere in an address. */
export const REFUSED_IN_ADDRESS = new RegExp(`[${REFUSED_IN_URI}]|%(?![0-9A-Fa-f]{2})`, 'u');

const PART = uriCharacters('?#\\[\\]');
/** The texts that {@link IsRetrievalUrl} and `IsHttpUrl` accept, approximately, for the JSON Schema. */
export const RETRIEVAL_URL_PATTERN = `^[hH][tT][tT][pP][sS]?://(?=[^/])(?:${PART}@)?(?:\\[[0-9A-Fa-f:.]*\\])?${PART}$`;

/** Returns the first part of `url` from which Weasis, a Java program, cannot make addresses of images; completes "without …". */
function refusedIn(url: string): string | undefined {
  const [character] = REFUSED_IN_ADDRESS.exec(url) ?? [];
  if (character !== undefined) return refusal(character);
  if (url.includes('?')) return '? (Weasis appends the path or the query of each image; see additionnalParameters)';
  if (url.includes('#')) return '# (Weasis appends the path or the query of each image)';
  if (/^[^/]*\/\/[^/]*:0+(?:\/|$)/.test(url)) return 'port 0 (no server listens at it; write the port of the archive)';
  // They are allowed around an IPv6 address only.
  const rest = url.replace(/^([^/]*\/\/)(?:[^/@]*@)?\[[^/\]]*\]/, '$1');
  return /[[\]]/.test(rest) ? '[ and ] (Weasis rejects an address with them; write %5B and %5D)' : undefined;
}

function refusal(character: string): string {
  if (character === '%') return 'a % that begins no escape (Weasis rejects such an address; write %25)';
  if (/\s/.test(character)) return 'spaces and line breaks (Weasis rejects an address with one; write %20)';
  if (!/[!-~]/.test(character)) return 'control characters and lone surrogates (Weasis rejects an address with one)';
  return `${character} (Weasis rejects an address with it; write ${encodeURIComponent(character)})`;
}

/** Checks that Weasis can make addresses of images from a URL. Use it beside `@IsHttpUrl()`. */
export function IsRetrievalUrl(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isRetrievalUrl',
      validator: {
        validate: (value: unknown) => typeof value === 'string' && refusedIn(value) === undefined,
        defaultMessage: buildMessage(
          (each, args) => `${each}$property must be without ${refusedIn(String(args?.value)) ?? 'it'}`,
          options,
        ),
      },
    },
    options,
  );
}

const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?';
/** The hosts that java.net.URI accepts: a name whose last label begins with a letter, or an address. */
const JAVA_HOST = new RegExp(
  `^(?:\\[[^\\]]*\\]|\\d{1,3}(?:\\.\\d{1,3}){3}|(?:${LABEL}|(?:${LABEL}\\.)+(?=[A-Za-z])${LABEL})\\.?)$`,
);

/** Returns what may prevent Weasis from using an address: its login or its host. Completes "expected …". */
export function unsupportedAuthority(url: string): string | undefined {
  const [, login, host = ''] = /^[^/]*\/\/(?:([^/]*)@)?([^/]*?)(?::\d*)?(?:\/|$)/.exec(url) ?? [];
  if (login !== undefined)
    return 'the login in basic.login and basic.password: Weasis does not send that of an address';
  if (JAVA_HOST.test(host)) return undefined;
  return 'a host name of letters, digits, hyphens and dots whose last part begins with a letter: newer releases of Weasis cannot connect to others, because Java cannot';
}
