import { createHash } from 'node:crypto';
import { type FoundInArchive } from '../cache/cached-manifest.js';
import { type Viewer } from '@pacs-connectors/connector-core';

/** What was found in one archive. A search for studies alone counts no series and instances. */
export type FoundOnPage = Omit<FoundInArchive, 'series' | 'instances'> &
  Partial<Pick<FoundInArchive, 'series' | 'instances'>>;

export interface LaunchPage {
  viewer: Pick<Viewer, 'title' | 'website' | 'inBrowser'>;
  /** The viewer's launch address. */
  url: string;
  /** What the viewer opens. It is missing while the manifest is being built, and if no archive was searched. */
  found?: readonly FoundOnPage[];
  /** Whether the viewer opens a manifest. */
  manifest: boolean;
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 44rem; padding: 2rem 1rem; }
a.launch { display: inline-block; padding: .6rem 1.2rem; border-radius: .4rem; background: #0b5cad; color: #fff; font-weight: 600; text-decoration: none; }
a.launch:focus-visible, a.launch:hover { background: #084a8c; outline: 3px solid #7ab4ec; }
table { border-collapse: collapse; width: 100%; margin: 1.5rem 0 .5rem; }
caption { text-align: left; font-weight: 600; }
th, td { padding: .35rem .6rem .35rem 0; text-align: right; border-bottom: 1px solid #8886; }
th:first-child, td:first-child { text-align: left; }
.message { border-left: .3rem solid #b8860b; padding: .2rem .8rem; margin: .8rem 0; white-space: pre-line; }
.message.ERROR { border-color: #c0392b; }
.message.INFO { border-color: #0b5cad; }
.help { opacity: .8; }
`;

/** Headers that let the page run and load nothing. Its one style is allowed by its hash. */
export const PAGE_HEADERS = {
  'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'`,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** Returns the page with the launch link, what was found, and where to get the viewer (`launch=page`). */
export function launchPage({ viewer, url, found, manifest }: LaunchPage): string {
  const name = escape(viewer.title);
  const website = escape(viewer.website);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Open in ${name}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Images for ${name}</h1>
<p><a class="launch" href="${escape(url)}">Open in ${name}</a></p>
${found ? foundTable(found) : manifest ? '<p>The search is still running. The viewer waits for its result.</p>' : ''}
<p class="help">${
    viewer.inBrowser
      ? `Opens in the browser: <a href="${website}" rel="noreferrer">about ${name}</a>.`
      : `Nothing happens? ${name} may not be installed on this computer: <a href="${website}" rel="noreferrer">get ${name}</a>, then open this page again.`
  }</p>
</main>
</body>
</html>
`;
}

function foundTable(found: readonly FoundOnPage[]): string {
  const rows = found.map(
    ({ archive, patients, studies, series, instances }) =>
      `<tr><td>${escape(archive)}</td><td>${patients}</td><td>${studies}</td><td>${series ?? '–'}</td><td>${instances ?? '–'}</td></tr>`,
  );
  const messages = found.flatMap(({ message }) =>
    message
      ? [
          `<div class="message ${escape(message.severity)}"><strong>${escape(message.title)}</strong>\n${escape(message.description)}</div>`,
        ]
      : [],
  );
  return `<table>
<caption>What was found</caption>
<thead><tr><th scope="col">Archive</th><th scope="col">Patients</th><th scope="col">Studies</th><th scope="col">Series</th><th scope="col">Images</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
${messages.join('\n')}`;
}

/** Escapes text for HTML, also in attributes. */
function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
