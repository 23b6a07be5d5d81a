import { Tag } from '../dimse/tags.js';
import { type InformationModel } from '../dimse/library.js';
import { type Level, RETURN_KEYS } from './return-keys.js';

/** How long it is remembered what an archive supports, milliseconds: it may be updated. */
const LIFETIME_MS = 3_600_000;

/** Attributes that an archive computes (PS3.4 C.3.4). */
const COMPUTED = [
  Tag.modalitiesInStudy,
  Tag.numberOfPatientRelatedStudies,
  Tag.numberOfStudyRelatedSeries,
  Tag.numberOfStudyRelatedInstances,
  Tag.numberOfSeriesRelatedInstances,
];
/** Attributes that few archives return. */
const RARE = [Tag.issuerOfPatientId, Tag.patientBirthTime, Tag.seriesDate, Tag.seriesTime];
/** The unique and required keys of all levels (PS3.4 C.6.1.1, C.6.2.1), which an archive must support. */
const REQUIRED = new Set<number>([
  ...[Tag.patientName, Tag.patientId, Tag.studyInstanceUid, Tag.studyDate, Tag.studyTime, Tag.accessionNumber],
  ...[Tag.studyId, Tag.seriesInstanceUid, Tag.seriesNumber, Tag.modality, Tag.sopInstanceUid, Tag.instanceNumber],
]);

/** A form of the queries at one level: the model, and the return keys that are left out. */
export interface QueryForm {
  model: InformationModel;
  withoutKeys: ReadonlySet<number>;
}

/**
 * Records in which form one archive answers the queries of each level. Some archives refuse a query, or find nothing, because of
 * one return key that they do not support. Some accept Study Root and refuse its queries.
 */
export class ReturnKeySupport {
  private readonly known = new Map<Level, { form: QueryForm; at: number }>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Returns the form in which the archive has answered a query of this level; `undefined` if it has answered none. */
  formOf(level: Level): QueryForm | undefined {
    const known = this.known.get(level);
    if (!known || this.now() - known.at < LIFETIME_MS) return known?.form;
    this.known.delete(level);
    return undefined;
  }

  /** Records that the archive has returned matches of this level. The form is forgotten an hour after it was found. */
  confirm(level: Level, form: QueryForm): void {
    if (!this.formOf(level)) this.known.set(level, { form, at: this.now() });
  }

  /** Returns the keys of a query without those that the archive does not support at their level. */
  supported(keys: readonly number[]): readonly number[] {
    const without = LEVELS.map((level) => this.formOf(level)?.withoutKeys).filter((set) => set !== undefined);
    return without.length === 0 ? keys : keys.filter((key) => without.every((set) => !set.has(key)));
  }

  /** Returns the model that the archive is known to answer instead of Study Root. */
  get model(): InformationModel | undefined {
    return LEVELS.some((level) => this.formOf(level)?.model === 'patient') ? 'patient' : undefined;
  }

  /** Returns which attributes are not queried, for the health check. */
  summary(): { [name: string]: string } {
    const count = LEVELS.reduce((sum, level) => sum + (this.formOf(level)?.withoutKeys.size ?? 0), 0);
    return {
      ...(count > 0
        ? { 'return keys': `${count} left out, because the archive does not answer queries with them` }
        : {}),
      ...(this.model ? { 'query model': 'Patient Root, because the archive refuses queries of Study Root' } : {}),
    };
  }
}

const LEVELS: readonly Level[] = ['PATIENT', 'STUDY', 'SERIES', 'IMAGE'];

/** Returns the sets of keys to leave out from queries of a level. The last one leaves out all that need not be supported. */
export function fewerKeys(level: Level): Set<number>[] {
  const keys = RETURN_KEYS[level];
  const sets = [COMPUTED, [...COMPUTED, ...RARE], keys.filter((key) => !REQUIRED.has(key))];
  const own = sets.map((set) => new Set(set.filter((key) => keys.includes(key))));
  const fewer = own.filter((set, index) => set.size > (own[index - 1]?.size ?? 0));
  // Without it, the character set of the answers may be unknown, so it is left out alone or after all others.
  const characterSet = Tag.specificCharacterSet;
  return [...fewer, new Set([characterSet]), new Set([...(fewer.at(-1) ?? []), characterSet])];
}
