import { type Page } from '../http/qido-client.js';
import { type IncludeForm, type QidoQuery, type QueryForm } from '../http/query.js';
import { StatusError } from '@pacs-connectors/wado-client';
import { type DicomJson } from '../json/dicom-json.js';
import { type SearchContext } from './search-context.js';

const INCLUDE_FORMS: readonly IncludeForm[] = ['comma', 'repeated', 'all', 'none'];

/**
 * Sends the first query of a search, in a form that the server understands.
 *
 * A query with a form of its own is sent in this form only. If the server rejects the form that is known or usual, the others are
 * tried: `includefield` with commas, repeated, `all`, without; with tags instead of keywords; with `limit` and `offset`. The form that
 * works is remembered for a while.
 *
 * @returns the page, and the query in the form that worked.
 */
export async function askInKnownForm(
  context: SearchContext,
  query: QidoQuery,
  take: (result: DicomJson) => void,
): Promise<{ question: QidoQuery; page: Page }> {
  const { client, support, requester, isOptional } = context;
  const { level, form = support.formOf(level) } = query;
  const question = { ...query, form };
  try {
    return { question, page: await client.ask(question, requester, take) };
  } catch (error) {
    if (query.form || isOptional || !mayBeForm(error)) throw error;
    const trial = support.trials.get(level);
    if (!trial) {
      const answer = askInOtherForms(context, query, form, take);
      support.trials.set(
        level,
        answer.then(
          () => undefined,
          () => undefined,
        ),
      );
      return (await answer) ?? Promise.reject(error as Error);
    }
    await trial;
    const known = support.formOf(level);
    const isSame = known.include === form.include && known.keys === form.keys && known.isPaged === form.isPaged;
    if (isSame) throw error;
    const again = { ...query, form: known };
    return { question: again, page: await client.ask(again, requester, take) };
  }
}

async function askInOtherForms(
  { client, support, requester, notices }: SearchContext,
  query: QidoQuery,
  rejected: QueryForm,
  take: (result: DicomJson) => void,
): Promise<{ question: QidoQuery; page: Page } | undefined> {
  for (const form of otherForms(query, rejected)) {
    const question = { ...query, form };
    const page = await client.ask(question, { ...requester, once: true }, take).catch((error: unknown) => {
      if (mayBeForm(error)) return undefined;
      throw error;
    });
    if (!page) continue;
    support.keys = form.keys;
    support.isPaged = form.isPaged;
    support.include.set(query.level, form.include);
    if (form.include === 'none' && rejected.include !== 'none') notices.attributesRejected();
    return { question, page };
  }
  return undefined;
}

/** Whether another form of the query may be answered. Some servers fail (500) at what they do not know. */
function mayBeForm(error: unknown): boolean {
  return error instanceof StatusError && (error.isUnsupportedQuery || error.status === 500);
}

function otherForms({ include = [], match = [] }: QidoQuery, known: QueryForm): QueryForm[] {
  const includes = include.length > 0 ? INCLUDE_FORMS : [known.include];
  const keys = match.length > 0 ? (['keyword', 'tag'] as const) : [known.keys];
  const forms = keys.flatMap((key) => includes.map((one): QueryForm => ({ keys: key, include: one })));
  return [
    ...forms.filter((form) => form.keys !== known.keys || form.include !== known.include),
    { ...known, isPaged: true },
  ];
}
