import { type DataSetText } from '../text/data-set-text.js';
import { type Conversation, isRefusal, type Question } from './conversation.js';
import { type Trust } from './trust.js';

/** Questions that differ in one UID only, which some peers let one ask as a list (PS3.4 C.2.2.2.2). */
export interface UidQuestions<Answer> {
  /** Names the shape for {@link Trust}. */
  shape: string;
  /** The question for these UIDs: one, or several as a list. */
  question(uids: readonly string[]): Question;
  /** A match as an answer and the UID it belongs to; `undefined` for a match that is of no use. */
  read(match: DataSetText, uids: ReadonlySet<string>): { uid: string; answer: Answer } | undefined;
  /** Every one of the UIDs is known to exist: no answer for one of them is a sign that something is wrong. */
  known?: boolean;
  /** A question that the peer refuses; not given: the refusal is the caller's. */
  onRefusal?(uid: string, error: Error): void;
}

/** UIDs in one list: 64 characters each, so that the identifier fits one PDU of the smallest common size (16 KiB). */
const LIST_LENGTH = 150;

/**
 * The answers to the same question for each of `uids`: as lists where the peer has proven that it answers those like single
 * questions, else singly; where it has not been tried yet, both, to find out.
 */
export async function askByUids<Answer>(
  conversation: Conversation,
  trust: Trust,
  uids: readonly string[],
  questions: UidQuestions<Answer>,
): Promise<Answer[]> {
  const distinct = [...new Set(uids)];
  if (distinct.length < 2) return flat(await singly(conversation, distinct, questions));
  if (trust.isTrusted(questions.shape)) {
    const answers = await asLists(conversation, trust, distinct, questions);
    if (answers) return flat(answers);
    return flat(await singly(conversation, distinct, questions));
  }
  if (!trust.isUntried(questions.shape)) return flat(await singly(conversation, distinct, questions));
  const sample = distinct.slice(0, LIST_LENGTH);
  const [list, single] = await Promise.all([
    oneList(conversation, sample, questions),
    singly(conversation, distinct, questions),
  ]);
  compare(trust, questions.shape, list, pick(single, sample));
  return flat(single);
}

type Answers<Answer> = Map<string, Answer[]>;

async function singly<Answer>(
  conversation: Conversation,
  uids: readonly string[],
  questions: UidQuestions<Answer>,
): Promise<Answers<Answer>> {
  const answers = await conversation.forEach(uids, async (uid) => {
    try {
      return read(await conversation.ask(questions.question([uid])), new Set([uid]), questions);
    } catch (error) {
      if (!questions.onRefusal || !isRefusal(error)) throw error;
      questions.onRefusal(uid, error);
      return new Map<string, Answer[]>();
    }
  });
  return new Map(answers.flatMap((one) => [...one]));
}

/** @returns `undefined` where the peer turns out not to answer lists as it should; it is not trusted any more then. */
async function asLists<Answer>(
  conversation: Conversation,
  trust: Trust,
  uids: readonly string[],
  questions: UidQuestions<Answer>,
): Promise<Answers<Answer> | undefined> {
  const chunks = Array.from({ length: Math.ceil(uids.length / LIST_LENGTH) }, (_, index) =>
    uids.slice(index * LIST_LENGTH, (index + 1) * LIST_LENGTH),
  );
  const parts = await conversation.forEach(chunks, async (chunk) => {
    const list = await oneList(conversation, chunk, questions);
    if (!list) return undefined;
    if (trust.covers(questions.shape, count(list))) {
      const silent = questions.known ? chunk.filter((uid) => !list.has(uid)) : [];
      if (silent.length === 0) return list;
      const again = await singly(conversation, silent, questions);
      return again.size === 0 ? list : undefined;
    }
    const single = await singly(conversation, chunk, questions);
    compare(trust, questions.shape, list, single);
    return single;
  });
  const answered = parts.filter((part) => part !== undefined);
  if (answered.length === parts.length) return new Map(answered.flatMap((part) => [...part]));
  trust.refute(questions.shape);
  return undefined;
}

async function oneList<Answer>(
  conversation: Conversation,
  uids: readonly string[],
  questions: UidQuestions<Answer>,
): Promise<Answers<Answer> | undefined> {
  try {
    const matches = await conversation.ask(questions.question(uids));
    const answers = read(matches, new Set(uids), questions);
    // Too much is as wrong as too little: what is beyond the question was not read.
    return count(answers) === matches.length ? answers : undefined;
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

function read<Answer>(
  matches: readonly DataSetText[],
  uids: ReadonlySet<string>,
  questions: UidQuestions<Answer>,
): Answers<Answer> {
  const answers: Answers<Answer> = new Map();
  for (const match of matches) {
    const found = questions.read(match, uids);
    if (!found) continue;
    const known = answers.get(found.uid);
    if (known) known.push(found.answer);
    else answers.set(found.uid, [found.answer]);
  }
  return answers;
}

/** A list proves something where it answers for at least two UIDs what they answer singly. */
function compare<Answer>(
  trust: Trust,
  shape: string,
  list: Answers<Answer> | undefined,
  single: Answers<Answer>,
): void {
  if (!list || fingerprint(list) !== fingerprint(single)) trust.refute(shape);
  else if (single.size >= 2) trust.prove(shape, count(single));
}

function fingerprint<Answer>(answers: Answers<Answer>): string {
  return [...answers]
    .map(([uid, of]) => [uid, ...of.map((answer) => JSON.stringify(answer)).sort()].join('\n'))
    .sort()
    .join('\n\n');
}

function pick<Answer>(answers: Answers<Answer>, uids: readonly string[]): Answers<Answer> {
  return new Map(uids.flatMap((uid) => (answers.has(uid) ? [[uid, answers.get(uid) as Answer[]]] : [])));
}

function count<Answer>(answers: Answers<Answer>): number {
  let rows = 0;
  for (const of of answers.values()) rows += of.length;
  return rows;
}

function flat<Answer>(answers: Answers<Answer>): Answer[] {
  return [...answers.values()].flat();
}
