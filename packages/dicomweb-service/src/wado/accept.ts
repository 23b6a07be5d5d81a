/** One media range of an Accept header (RFC 9110 12.5.1). */
export interface MediaRange {
  /** `type/subtype` in lower case; for `multipart/related`, the type of its parts is in `part`. */
  type: string;
  /** The parameter `type` of `multipart/related`, in lower case; the `*` of a range without it. */
  part?: string;
  /** Transfer Syntax UID, or `*` for the stored one. */
  transferSyntax?: string;
  weight: number;
}

/** Returns the media ranges of an Accept header, the preferred ones first. Without a header, everything is accepted. */
export function parseAccept(header: string | undefined): MediaRange[] {
  const ranges = split(header?.trim() || '*/*', ',').map(rangeOf);
  return ranges.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight);
}

function rangeOf(text: string): MediaRange {
  const [type = '', ...parameters] = split(text, ';');
  const values = new Map(
    parameters.map((parameter): [string, string] => {
      const [name = '', ...value] = parameter.split('=');
      return [name.trim().toLowerCase(), unquoted(value.join('=').trim())];
    }),
  );
  const range: MediaRange = { type: type.trim().toLowerCase(), weight: Number(values.get('q') ?? 1) || 0 };
  if (range.type === 'multipart/related') range.part = values.get('type')?.toLowerCase() ?? '*/*';
  const transferSyntax = values.get('transfer-syntax');
  if (transferSyntax !== undefined) range.transferSyntax = transferSyntax;
  return range;
}

/** Splits a text at separators outside of quotes. Some clients leave the quotes out. */
function split(text: string, separator: ',' | ';'): string[] {
  const parts: string[] = [];
  let part = '';
  let quoted = false;
  for (const character of text) {
    if (character === '"') quoted = !quoted;
    if (character === separator && !quoted) {
      parts.push(part);
      part = '';
    } else part += character;
  }
  return [...parts, part].filter((one) => one.trim() !== '');
}

function unquoted(text: string): string {
  return text.replace(/^"(.*)"$/, '$1').trim();
}

/** Returns whether a media range contains a media type. */
export function includes(range: string, type: string): boolean {
  if (range === '*/*' || range === type) return true;
  return range.endsWith('/*') && type.startsWith(range.slice(0, -1));
}

const DICOM = 'application/dicom';

/** How whole instances are answered. */
export interface InstanceForm {
  /** All in one multipart answer, or the only one alone. */
  multipart: boolean;
  /** Transfer Syntax UIDs that the client accepts, the preferred one first; `*` is the stored one. */
  transferSyntaxes: string[];
}

/**
 * Returns how a client wants whole instances (PS3.18 10.4): by default in one multipart answer, as they are stored.
 *
 * @returns `undefined` if it accepts no DICOM
 */
export function instanceForm(ranges: readonly MediaRange[]): InstanceForm | undefined {
  const forms = ranges.flatMap(({ type, part, transferSyntax = '*' }) => {
    if (part !== undefined) return includes(part, DICOM) ? [{ multipart: true, transferSyntax }] : [];
    if (type === DICOM) return [{ multipart: false, transferSyntax }];
    return includes(type, DICOM) || includes(type, 'multipart/related') ? [{ multipart: true, transferSyntax }] : [];
  });
  const [first] = forms;
  if (!first) return undefined;
  const same = forms.filter(({ multipart }) => multipart === first.multipart);
  return { multipart: first.multipart, transferSyntaxes: same.map(({ transferSyntax }) => transferSyntax) };
}

/** How frames are answered. */
export interface FrameForm {
  /** The media type of each part, or `*` for that of the stored form. */
  type: string;
  transferSyntax: string;
  /** Whether the only frame may come alone, without multipart. */
  multipart: boolean;
}

/**
 * Returns the forms in which a client accepts frames, the preferred one first (PS3.18 10.4.1.1.6).
 *
 * A range of all types is the stored form. `application/octet-stream` is uncompressed, unless its transfer syntax is `*`.
 */
export function frameForms(ranges: readonly MediaRange[]): FrameForm[] {
  return ranges.map(({ type, part, transferSyntax }): FrameForm => {
    const wanted = part ?? type;
    const open = wanted.endsWith('/*') && (wanted === '*/*' || wanted === 'image/*' || wanted === 'multipart/*');
    const isOctets = wanted === 'application/octet-stream';
    return {
      type: open ? '*' : wanted,
      transferSyntax: transferSyntax ?? (isOctets ? '1.2.840.10008.1.2.1' : '*'),
      multipart: part !== undefined || open,
    };
  });
}
