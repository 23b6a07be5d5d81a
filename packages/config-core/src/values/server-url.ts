import { codes } from '../errors/error-codes.js';
import { type Fault } from '../errors/fault.js';

/**
 * Joins `url`, `port` and `context` to `url[:port][/context]`. The port follows the host, and a path in `url` precedes the
 * context.
 *
 * @returns the address, or what is wrong
 */
export function joinServerUrl(url: string, port?: number, context = ''): { url: string } | Fault {
  const parts = /^([a-z][\w+.-]*:\/\/[^/?#]*)(.*)$/i.exec(url.trim());
  if (!parts)
    return {
      code: codes['configuration.value.invalid'],
      found: `the address ${JSON.stringify(url)}`,
      expected: 'a URL such as https://pacs.example',
    };
  let origin = parts[1]!;
  const path = parts[2]!.replace(/\/+$/, '');
  const ownPort = /:(\d+)$/.exec(origin)?.[1];
  if (port !== undefined && ownPort !== undefined && Number(ownPort) !== port) {
    const found = `the port ${port} beside a URL with the port ${ownPort}`;
    return { code: codes['configuration.value.conflicting'], found, expected: 'one of them' };
  }
  if (port !== undefined && ownPort === undefined) origin += `:${port}`;
  const tail = context.trim().replace(/^\/+/, '');
  return { url: tail === '' ? origin + path : `${origin}${path}/${tail}` };
}
