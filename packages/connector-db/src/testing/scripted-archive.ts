import { type Patient } from '@pacs-connectors/connector-core';
import { type ScriptedArchive, type ScriptedArchives } from '@pacs-connectors/connector-testkit';
import { temporaryFolder } from '@pacs-connectors/test-services';
import Sqlite from 'better-sqlite3';
import { connectorOf } from './connectors.js';
import { createTables, insertRows, sampleSettings } from './sample-tables.js';

/** SQLite databases that follow the scripts of the conformance suite. */
export const scripted: ScriptedArchives = {
  emptyAnswers: ['no rows'],
  impossible: {
    finds: 'The database compares identifiers exactly.',
    otherPatientIds: 'The select returns no Other Patient IDs.',
    mostResults: 'A query returns all rows or fails.',
    hidden: 'A query has no pages.',
    failing: 'A query fails as a whole.',
    silent: 'A query answers as a whole.',
  },
  async open(archive) {
    const folder = await temporaryFolder('scripted-archive');
    const database = new Sqlite(`${folder.path}/archive.db`);
    database.exec(createTables('sqlite') + insertRows(rowsOf(archive)));
    for (const uid of archive.unlisted ?? []) {
      const series =
        'select pk from series where study_fk in (select pk from study where study_uid = $uid) or series_uid = $uid';
      database.prepare(`delete from instance where series_fk in (${series})`).run({ uid });
      database
        .prepare('delete from series where study_fk in (select pk from study where study_uid = $uid)')
        .run({ uid });
    }
    database.close();
    const connector = connectorOf(
      sampleSettings({ uri: `jdbc:sqlite:${folder.path}/archive.db`, select: selectOf(archive) }),
    );
    return {
      connector,
      close: async () => {
        await connector.close();
        await folder.remove();
      },
    };
  },
};

function rowsOf({ patients }: ScriptedArchive) {
  return patients.flatMap((patient: Patient) =>
    patient.studies.flatMap((study) =>
      study.series.flatMap((series) => series.instances.map((instance) => ({ patient, study, series, instance }))),
    ),
  );
}

/** Studies and series without content are rows too. The row of an unreadable instance has no Study Instance UID. */
function selectOf({ unreadable = [] }: ScriptedArchive): string {
  const uids = unreadable.map((uid) => `'${uid}'`).join(', ');
  const { select } = sampleSettings({});
  return select
    .replace(/join (?=series|instance)/g, 'left join ')
    .replace('s.study_uid as', `case when i.sop_uid in (${uids}) then null else s.study_uid end as`);
}
