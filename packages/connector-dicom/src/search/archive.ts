import { type PatientAttributes } from '@pacs-connectors/connector-core';
import { Tag } from '../dimse/tags.js';
import { type DataSetText } from '../text/data-set-text.js';
import { type InstanceAnswer, patientOf, type SeriesAnswer, type StudyAnswer, type TreeAnswer } from './answers.js';
import { type FindQuery, type FindScu, identityOf, isFault, type Read } from './find-scu.js';
import { isPlain, literalMatch, significant } from './identifier.js';
import { type QuerySupport } from './query-support.js';
import { readInstance, readSeries, readStudy, readTreeAnswer, uidOf } from './read-match.js';
import { RETURN_KEYS, TREE_KEYS } from './return-keys.js';
import {
  onlyOf,
  onlyPatient,
  type OnFault,
  type OnUidFault,
  patientsOf,
  type SeriesKey,
  type StudyKey,
  uidMatch,
} from './study-keys.js';
import { queryByUids, UnsupportedQueryError } from './uid-queries.js';

/** The studies that match a value. */
export interface StudyMatches {
  studies: StudyAnswer[];
  /** Studies with another value, which the archive returned all the same. */
  others: OtherStudy[];
  /** The archive ended the answer before all matches were sent. */
  isCut: boolean;
}

/** A study with another Patient ID or Accession Number than the searched one. */
export interface OtherStudy {
  answer: StudyAnswer;
  id: string;
  /** Its Other Patient IDs, if it has the searched Patient ID among them. */
  otherPatientIds?: string[];
}

/** Keys beside the value, which an archive need not match by (PS3.4 C.6.2.1.2). */
export interface StudyFilterKeys {
  /** Only studies that contain this modality. */
  modality?: string;
  /** A range of Study Date, which matches no study without a date. */
  dates?: string;
}

/**
 * Sends the queries to a peer, and reads and checks each answer. A match with another value than the searched one, or without
 * a usable UID, is left out and counted.
 */
export class Archive {
  constructor(
    readonly scu: FindScu,
    private readonly lists: QuerySupport,
  ) {}

  /**
   * Returns the studies with this value of an LO or SH attribute.
   *
   * @param signal ends this query only.
   */
  async studiesBy(
    tag: number,
    value: string,
    { modality, dates }: StudyFilterKeys = {},
    signal: AbortSignal = this.scu.signal,
  ): Promise<StudyMatches> {
    const literal = literalMatch(value);
    if (literal === undefined) return { studies: [], others: [], isCut: false };
    const wanted = significant(value);
    const query: FindQuery = {
      level: 'STUDY',
      match: new Map([
        [tag, literal],
        ...(modality ? [[Tag.modalitiesInStudy, modality] as const] : []),
        ...(dates ? [[Tag.studyDate, dates] as const] : []),
      ]),
      returnKeys: RETURN_KEYS.STUDY,
    };
    const others: OtherStudy[] = [];
    const studies = await this.scu.ask(
      query,
      (match, omit) => {
        const values = match.values(tag).map(significant);
        if (values.length === 0) omit('without-key');
        else if (values.includes(wanted)) return withOneId(tag, wanted, readStudy(match, omit));
        // Other matches of a value whose wildcards cannot be escaped are not meant.
        else if (isPlain(value)) {
          const answer = readStudy(match, omit);
          if (answer) others.push({ answer, id: values.join('\\') });
        }
        return undefined;
      },
      signal,
    );
    const isCut = this.scu.omissions.isCut(identityOf(query));
    if (others.length > 0 && tag === Tag.patientId) {
      const known = await this.studiesWithOtherId(query, wanted);
      for (const other of others) {
        if (known.has(other.answer.study.studyInstanceUid)) other.otherPatientIds = [wanted];
      }
    }
    return { studies, others, isCut };
  }

  /** Returns the attributes of a patient at PATIENT level, which only Patient Root has; `undefined` if that fails. */
  async patient(id: string): Promise<PatientAttributes | undefined> {
    const literal = literalMatch(id);
    if (literal === undefined) return undefined;
    const query: FindQuery = {
      level: 'PATIENT',
      prefer: 'patient',
      match: new Map([[Tag.patientId, literal]]),
      returnKeys: RETURN_KEYS.PATIENT,
    };
    const own = (match: DataSetText) =>
      significant(match.get(Tag.patientId) ?? '') === significant(id) ? patientOf(match) : undefined;
    const patients = await this.scu.ask(query, own).catch(noneAtFault);
    return patients[0];
  }

  /**
   * Returns the UIDs of the studies that have `wanted` among their Other Patient IDs; none if the peer does not say. A peer that
   * returns none with both attributes is queried for the older one alone.
   */
  private async studiesWithOtherId(query: FindQuery, wanted: string): Promise<Set<string>> {
    const uids = new Set<string>();
    for (const keys of [[Tag.otherPatientIds, Tag.otherPatientIdsSequence], [Tag.otherPatientIds]]) {
      let isStated = false;
      const read: Read<string> = (match) => {
        const ids = otherPatientIdsOf(match);
        isStated ||= ids.length > 0;
        return ids.includes(wanted) ? match.get(Tag.studyInstanceUid) : undefined;
      };
      const returnKeys = [Tag.studyInstanceUid, Tag.patientId, ...keys];
      for (const uid of await this.scu.ask({ ...query, returnKeys }, read).catch(noneAtFault)) uids.add(uid);
      if (isStated) break;
    }
    return uids;
  }

  /**
   * Returns the Study Instance UID of the first match of a query for all studies; `undefined` if there is none.
   *
   * @param enough ends the query: there may be millions of matches.
   */
  async anyStudy(enough: () => void): Promise<string | undefined> {
    let study: string | undefined;
    const query: FindQuery = { level: 'STUDY', match: new Map(), returnKeys: [Tag.studyInstanceUid] };
    const read: Read<never> = (match, omit) => {
      study ??= uidOf(match, Tag.studyInstanceUid, omit);
      if (study !== undefined) enough();
      return undefined;
    };
    await this.scu.ask(query, read).catch((error: unknown) => {
      if (study === undefined) throw error;
    });
    return study;
  }

  studiesByUid(uids: readonly string[], onFault: OnUidFault): Promise<StudyAnswer[]> {
    return queryByUids(this.scu, this.lists, uids, {
      shape: 'STUDY by a list of Study Instance UIDs',
      onFault,
      query: (list) => ({ level: 'STUDY', ...uidMatch(Tag.studyInstanceUid, list), returnKeys: RETURN_KEYS.STUDY }),
      read: (match, wanted, omit) => {
        const answer = readStudy(match, omit);
        return answer && wanted.has(answer.study.studyInstanceUid)
          ? { uid: answer.study.studyInstanceUid, answer }
          : undefined;
      },
    });
  }

  seriesOfStudies(studies: readonly StudyKey[], onFault: OnFault): Promise<SeriesAnswer[]> {
    const patients = patientsOf(studies);
    return queryByUids(this.scu, this.lists, [...patients.keys()], {
      shape: 'SERIES by a list of Study Instance UIDs',
      onFault: (studyInstanceUid, error) => onFault({ error, level: 'series', studyInstanceUid }),
      query: (list) => ({
        level: 'SERIES',
        ...uidMatch(Tag.studyInstanceUid, list),
        ...onlyPatient(list, patients),
        returnKeys: RETURN_KEYS.SERIES,
      }),
      read: (match, wanted, omit) => {
        const answer = readSeries(match, omit, onlyOf(wanted));
        return answer && wanted.has(answer.studyInstanceUid) ? { uid: answer.studyInstanceUid, answer } : undefined;
      },
    });
  }

  /** Series by their own UIDs, their study not being known: relational by nature. */
  seriesByUid(uids: readonly string[], onFault: OnUidFault): Promise<SeriesAnswer[]> {
    return queryByUids(this.scu, this.lists, uids, {
      shape: 'SERIES by a list of Series Instance UIDs',
      onFault,
      query: (list) => ({
        level: 'SERIES',
        ...uidMatch(Tag.seriesInstanceUid, list),
        returnKeys: RETURN_KEYS.SERIES,
      }),
      read: (match, wanted, omit) => {
        const answer = readSeries(match, omit);
        return answer && wanted.has(answer.series.seriesInstanceUid)
          ? { uid: answer.series.seriesInstanceUid, answer }
          : undefined;
      },
    });
  }

  instancesOfSeries(series: readonly SeriesKey[], onFault: OnFault): Promise<InstanceAnswer[]> {
    const keys = new Map(series.map((key) => [key.seriesInstanceUid, key]));
    return queryByUids(this.scu, this.lists, [...keys.keys()], {
      shape: 'IMAGE by a list of Series Instance UIDs',
      onFault: (seriesInstanceUid, error) => {
        const { studyInstanceUid } = keys.get(seriesInstanceUid) as SeriesKey;
        onFault({ error, level: 'instance', studyInstanceUid, seriesInstanceUid });
      },
      query: (list) => {
        const parents = list.map((uid) => keys.get(uid) as SeriesKey);
        const studies = [...new Set(parents.map(({ studyInstanceUid }) => studyInstanceUid))];
        return {
          level: 'IMAGE',
          match: new Map([
            [Tag.studyInstanceUid, studies.join('\\')],
            [Tag.seriesInstanceUid, list.join('\\')],
          ]),
          ...onlyPatient(studies, patientsOf(parents)),
          returnKeys: RETURN_KEYS.IMAGE,
        };
      },
      read: (match, wanted, omit) => {
        const only = keys.get(onlyOf(wanted) ?? '');
        const answer = readInstance(match, omit, only);
        return answer &&
          wanted.has(answer.seriesInstanceUid) &&
          keys.get(answer.seriesInstanceUid)?.studyInstanceUid === answer.studyInstanceUid
          ? { uid: answer.seriesInstanceUid, answer }
          : undefined;
      },
    });
  }

  /** Instances by their own UIDs, their series not being known: relational by nature. */
  instancesByUid(uids: readonly string[], onFault: OnUidFault): Promise<InstanceAnswer[]> {
    return queryByUids(this.scu, this.lists, uids, {
      shape: 'IMAGE by a list of SOP Instance UIDs',
      onFault,
      query: (list) => ({ level: 'IMAGE', ...uidMatch(Tag.sopInstanceUid, list), returnKeys: RETURN_KEYS.IMAGE }),
      read: (match, wanted, omit) => {
        const answer = readInstance(match, omit);
        return answer && wanted.has(answer.instance.sopInstanceUid)
          ? { uid: answer.instance.sopInstanceUid, answer }
          : undefined;
      },
    });
  }

  /**
   * Returns everything below a patient by one relational query. Patient Root is preferred, because only there do some peers
   * match the Patient ID below STUDY level.
   *
   * @returns `undefined` if the peer does not answer the query, or returns other matches.
   */
  async treeOfPatient(patientId: string): Promise<TreeAnswer[] | undefined> {
    const literal = literalMatch(patientId);
    if (literal === undefined) return [];
    const wanted = significant(patientId);
    return this.scu.attempt(
      {
        level: 'IMAGE',
        prefer: 'patient',
        match: new Map([[Tag.patientId, literal]]),
        returnKeys: [Tag.patientId, ...TREE_KEYS],
      },
      (match, omit) =>
        significant(match.get(Tag.patientId) ?? '') === wanted ? readTreeAnswer(match, omit) : undefined,
    );
  }

  /**
   * Returns everything below studies, by one relational query for each study or for a list of them.
   *
   * @returns `undefined` if the peer does not answer the query, or returns other matches.
   */
  async treeOfStudies(studies: readonly StudyKey[]): Promise<TreeAnswer[] | undefined> {
    const patients = patientsOf(studies);
    const answers = queryByUids(this.scu, this.lists, [...patients.keys()], {
      shape: 'relational IMAGE by a list of Study Instance UIDs',
      optional: true,
      query: (list) => ({
        level: 'IMAGE',
        ...uidMatch(Tag.studyInstanceUid, list),
        ...onlyPatient(list, patients),
        returnKeys: TREE_KEYS,
      }),
      read: (match, wanted, omit) => {
        const answer = readTreeAnswer(match, omit);
        return answer && wanted.has(answer.studyInstanceUid) ? { uid: answer.studyInstanceUid, answer } : undefined;
      },
    });
    return answers.catch((error: unknown) => {
      if (error instanceof UnsupportedQueryError) return undefined;
      throw error;
    });
  }
}

/** Returns the values of Other Patient IDs (0010,1000) and the Patient IDs in their sequence (0010,1002). */
function otherPatientIdsOf(match: DataSetText): string[] {
  const items = match.items(Tag.otherPatientIdsSequence);
  const ids = [...match.values(Tag.otherPatientIds), ...items.map((item) => item.get(Tag.patientId) ?? '')];
  return ids.map(significant).filter((id) => id !== '');
}

/** Returns no answers if an optional query failed. */
function noneAtFault(error: unknown): never[] {
  if (isFault(error)) return [];
  throw error;
}

/** A Patient ID with several values is the one that was searched for. */
function withOneId(tag: number, id: string, answer: StudyAnswer | undefined): StudyAnswer | undefined {
  if (answer && tag === Tag.patientId && answer.patient.patientId.includes('\\')) answer.patient.patientId = id;
  return answer;
}
