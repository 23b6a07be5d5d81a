import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Attributes, textOf } from '../dicom/attributes.js';
import { type DicomFile, readPart10 } from '../dicom/read.js';
import { attributesAt, type Level } from './levels.js';
import { matches, type MatchingKeys } from './matching.js';
import { SCHEMA } from './schema.js';
import { type Database, openDatabase, type SqlValue, type Statement } from './sqlite.js';

/** An instance as the archive stores it. */
export interface StoredInstance {
  attributes: Attributes;
  transferSyntaxUid: string;
  /** Path of its file. */
  file: string;
}

/** UIDs that narrow down a request; each may be missing. */
export interface InstancePath {
  study?: string;
  series?: string;
  instance?: string;
}

interface Row {
  attributes: string;
  transfer_syntax: string;
  file: string;
  modalities?: string;
  series_count?: number;
  instance_count?: number;
}

/** DICOM files in a folder, and their index in SQLite. Several processes may use a folder at the same time. */
export class ImageStore {
  private readonly statements = new Map<string, Statement>();

  private constructor(
    readonly folder: string,
    private readonly database: Database,
  ) {}

  /** Opens the archive in an existing folder, which may be empty. @throws DemoArchiveError if there is no SQLite */
  static async open(folder: string): Promise<ImageStore> {
    const database = await openDatabase(ImageStore.index(folder));
    // A reader does not wait for a writer. A crash may lose the newest rows, which is fine here.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA busy_timeout = 10000');
    database.exec(SCHEMA);
    mkdirSync(join(folder, 'images'), { recursive: true });
    return new ImageStore(folder, database);
  }

  /** The SQLite file of an archive. */
  static index(folder: string): string {
    return join(folder, 'index.db');
  }

  /** Stores a DICOM file. @throws Error if the bytes are not a DICOM file with its UIDs */
  store(file: Buffer): StoredInstance {
    return this.add(file, readPart10(file));
  }

  /** Stores a file whose attributes have been read. An instance that is there already is replaced. */
  add(
    file: Buffer,
    { attributes, transferSyntaxUid }: Pick<DicomFile, 'attributes' | 'transferSyntaxUid'>,
  ): StoredInstance {
    const text = (tag: string) => textOf(attributes, tag) ?? null;
    const [study, series, instance] = [text('0020000D'), text('0020000E'), text('00080018')];
    if (!study || !series || !instance)
      throw new Error('The file has no Study, Series or SOP Instance UID, so it cannot be stored.');
    const name = join('images', `${instance.replace(/[^0-9.]/g, '_')}.dcm`);
    writeFileSync(join(this.folder, name), file);
    const patientKey = this.patientKey(attributes);
    const studyKey = this.key('study', 'study_iuid', study, {
      patient_fk: patientKey,
      study_desc: text('00081030'),
      study_date: text('00080020'),
      study_time: text('00080030'),
      accession_no: text('00080050'),
      study_id: text('00200010'),
      ref_physician: text('00080090'),
    });
    const seriesKey = this.key('series', 'series_iuid', series, {
      study_fk: studyKey,
      series_desc: text('0008103E'),
      series_no: text('00200011'),
      modality: text('00080060'),
      series_date: text('00080021'),
      series_time: text('00080031'),
    });
    this.run('DELETE FROM instance WHERE sop_iuid = ?', instance);
    this.insert('instance', {
      series_fk: seriesKey,
      sop_iuid: instance,
      sop_cuid: text('00080016'),
      inst_no: text('00200013'),
      transfer_syntax: transferSyntaxUid,
      file: name,
      attributes: JSON.stringify(attributes),
    });
    return { attributes, transferSyntaxUid, file: join(this.folder, name) };
  }

  /** Begins a transaction, which makes many {@link add} fast. */
  begin(): void {
    this.database.exec('BEGIN IMMEDIATE');
  }

  commit(): void {
    this.database.exec('COMMIT');
  }

  /** Returns what matches at a level, in the order in which it was stored: its attributes and those of the levels above. */
  find(level: Level, keys: MatchingKeys): Attributes[] {
    const [where, values] = conditions(keys);
    const group = { PATIENT: 'st.patient_fk', STUDY: 'st.pk', SERIES: 'se.pk', IMAGE: 'i.pk' }[level];
    const rows = this.all<Row>(
      `SELECT i.attributes, min(i.pk) AS first, ${COUNTS[level]}
       FROM instance i JOIN series se ON se.pk = i.series_fk JOIN study st ON st.pk = se.study_fk
       ${where} GROUP BY ${group} ORDER BY first`,
      values,
    );
    return rows
      .map((row) => ({ ...attributesAt(level, JSON.parse(row.attributes) as Attributes), ...computed(level, row) }))
      .filter((attributes) => matches(attributes, keys));
  }

  /** Returns the instances of a study, of a series, or one. */
  instances({ study, series, instance }: InstancePath): StoredInstance[] {
    const [where, values] = conditions({
      ...(study ? { '0020000D': [study] } : {}),
      ...(series ? { '0020000E': [series] } : {}),
      ...(instance ? { '00080018': [instance] } : {}),
    });
    const rows = this.all<Row>(
      `SELECT i.attributes, i.transfer_syntax, i.file
       FROM instance i JOIN series se ON se.pk = i.series_fk JOIN study st ON st.pk = se.study_fk ${where} ORDER BY i.pk`,
      values,
    );
    return rows.map((row) => ({
      attributes: JSON.parse(row.attributes) as Attributes,
      transferSyntaxUid: row.transfer_syntax,
      file: join(this.folder, row.file),
    }));
  }

  close(): void {
    this.database.close();
  }

  private patientKey(attributes: Attributes): number {
    const text = (tag: string) => textOf(attributes, tag) ?? null;
    const [id, issuer] = [text('00100020') ?? '', text('00100021')];
    const [found] = this.all<{ pk: number }>('SELECT pk FROM patient WHERE pat_id = ? AND pat_id_issuer IS ?', [
      id,
      issuer,
    ]);
    if (found) return found.pk;
    return this.insert('patient', {
      pat_id: id,
      pat_id_issuer: issuer,
      pat_name: text('00100010'),
      pat_birthdate: text('00100030'),
      pat_birthtime: text('00100032'),
      pat_sex: text('00100040'),
    });
  }

  private key(table: string, column: string, uid: string, row: Record<string, SqlValue>): number {
    const [found] = this.all<{ pk: number }>(`SELECT pk FROM ${table} WHERE ${column} = ?`, [uid]);
    return found ? found.pk : this.insert(table, { [column]: uid, ...row });
  }

  private insert(table: string, row: Record<string, SqlValue>): number {
    const columns = Object.keys(row);
    const sql = `INSERT INTO ${table} (${columns.join()}) VALUES (${columns.map(() => '?').join()})`;
    return Number(this.run(sql, ...Object.values(row)));
  }

  private run(sql: string, ...values: SqlValue[]): number | bigint {
    return this.statement(sql).run(...values).lastInsertRowid;
  }

  private all<T>(sql: string, values: SqlValue[]): T[] {
    return this.statement(sql).all(...values) as T[];
  }

  private statement(sql: string): Statement {
    let statement = this.statements.get(sql);
    if (!statement) this.statements.set(sql, (statement = this.database.prepare(sql)));
    return statement;
  }
}

/** Reads the file of an instance. */
export function readInstance({ file }: StoredInstance): DicomFile & { bytes: Buffer } {
  const bytes = readFileSync(file);
  return { ...readPart10(bytes), bytes };
}

const COLUMNS: Record<string, string> = {
  '0020000D': 'st.study_iuid',
  '0020000E': 'se.series_iuid',
  '00080018': 'i.sop_iuid',
  '00080050': 'st.accession_no',
};

/** Returns a WHERE clause for the keys that an index finds. The others are compared afterwards. */
function conditions(keys: MatchingKeys): [string, string[]] {
  const exact = Object.entries(COLUMNS).flatMap(([tag, column]) => {
    const values = keys[tag] ?? [];
    return values.length === 0 || values.some((value) => value === '' || /[*?]/.test(value))
      ? []
      : [{ column, values }];
  });
  if (exact.length === 0) return ['', []];
  const clauses = exact.map(({ column, values }) => `${column} IN (${values.map(() => '?').join()})`);
  return [`WHERE ${clauses.join(' AND ')}`, exact.flatMap(({ values }) => [...values])];
}

const COUNTS: Record<Level, string> = {
  PATIENT: '1',
  STUDY: `(SELECT group_concat(DISTINCT m.modality) FROM series m WHERE m.study_fk = st.pk) AS modalities,
    (SELECT count(*) FROM series m WHERE m.study_fk = st.pk) AS series_count,
    (SELECT count(*) FROM instance n JOIN series m ON m.pk = n.series_fk WHERE m.study_fk = st.pk) AS instance_count`,
  SERIES: '(SELECT count(*) FROM instance n WHERE n.series_fk = se.pk) AS instance_count',
  IMAGE: '1',
};

function computed(level: Level, row: Row): Attributes {
  const count = (value: number | undefined) => ({ vr: 'IS', Value: [Number(value)] });
  if (level === 'STUDY')
    return {
      '00080061': { vr: 'CS', Value: (row.modalities ?? '').split(',') },
      '00201206': count(row.series_count),
      '00201208': count(row.instance_count),
    };
  return level === 'SERIES' ? { '00201209': count(row.instance_count) } : {};
}
