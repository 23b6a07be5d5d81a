import { errorTable } from '@pacs-connectors/connector-core';

/** The errors and notices of archives that are searched in SQL. */
export const errors = errorTable({
  'db.url.invalid': {
    title: 'JDBC URL cannot be used',
    meaning: 'db-connector.uri cannot be read, or it names a database or a login that this connector does not support.',
    remedy: 'Correct db-connector.uri as the message says.',
    since: '0.2.0',
  },
  'db.url.parameter-unknown': {
    title: 'Unknown parameter in the JDBC URL',
    meaning: 'The JDBC URL contains a parameter that this connector does not know. It has no effect.',
    remedy: 'Correct the spelling of the parameter, or remove it from db-connector.uri.',
    since: '0.2.0',
  },
  'db.url.parameter-without-effect': {
    title: 'Part of the JDBC URL without effect',
    meaning:
      'The JDBC URL contains a parameter that only its Java driver obeys. The message says what happens instead.',
    remedy: 'Remove the parameter from db-connector.uri, or set what the message names.',
    since: '0.2.0',
  },
  'db.url.driver-ignored': {
    title: 'JDBC driver ignored',
    meaning: 'db-connector.driver names the Java driver of another database. The JDBC URL selects the database.',
    remedy: 'Correct or remove db-connector.driver.',
    since: '0.2.0',
  },
  'db.select.not-understood': {
    title: 'Select not understood',
    meaning: 'The connector cannot add its search condition to query.select, or a *-column is not one expression.',
    remedy: 'Change the SQL at the line and column of the message. A view always works.',
    since: '0.2.0',
  },
  'db.select.without-search-column': {
    title: 'No column to search by',
    meaning: 'db-connector.query names no *-column, so no search can find anything.',
    remedy: 'Set at least one of the keys that the message lists.',
    since: '0.2.0',
  },
  'db.select.column-missing': {
    title: 'Needed column missing',
    meaning: 'query.select does not return a Study, Series or SOP Instance UID.',
    remedy: 'Name the column in the select: … as studyInstanceUid.',
    since: '0.2.0',
  },
  'db.select.rejected': {
    title: 'Select rejected by the database',
    meaning: 'The database does not accept query.select or a *-column: a table, a column or the syntax is wrong.',
    remedy: 'Correct query.select or the *-column that the message names.',
    since: '0.2.0',
  },
  'db.select.writes': {
    title: 'Select writes',
    meaning: 'query.select changes data, or calls a function that does. The connector only reads.',
    remedy: 'Use a select that only reads.',
    since: '0.2.0',
  },
  'db.select.value-not-converted': {
    title: 'Value not converted',
    meaning: 'The database cannot convert a value to the type that query.select or a *-column requires.',
    remedy: 'Compare columns of text, or cast the column to text in its *-column.',
    since: '0.2.0',
  },
  'db.driver.not-installed': {
    title: 'Database driver not installed',
    meaning: 'The npm package that talks to this database is not installed.',
    remedy: 'Install the package that the message names.',
    since: '0.2.0',
  },
  'db.driver.not-loaded': {
    title: 'Database driver not loaded',
    meaning: 'The npm package that talks to this database is installed and cannot be loaded.',
    remedy: 'Install or rebuild the package that the message names.',
    since: '0.2.0',
  },
  'db.driver.failed': {
    title: 'Database driver failed',
    meaning: 'The driver, or this connector, reported an error that it does not explain.',
    remedy: 'Report the message to the maintainers.',
    since: '0.2.0',
  },
  'db.wallet.not-readable': {
    title: 'Oracle wallet not readable',
    meaning: 'The folder of the wallet has no file ewallet.pem that can be read. The driver reads no other wallet.',
    remedy: 'Convert the wallet with the command of the message, and check the permissions of the file.',
    since: '0.2.0',
  },
  'db.tls-file.not-readable': {
    title: 'File for TLS not readable',
    meaning: 'A certificate, key or store that the JDBC URL names cannot be read.',
    remedy: 'Check the path in the JDBC URL and the permissions of the file.',
    since: '0.2.0',
  },
  'db.tls-file.not-pem': {
    title: 'File for TLS is not PEM',
    meaning: 'A certificate, key or trust store that the JDBC URL names has a format that Node.js does not read.',
    remedy: 'Convert the file to PEM with the command of the message.',
    since: '0.2.0',
  },
  'db.tls.failed': {
    title: 'No TLS connection',
    meaning: 'The database does not offer TLS, or its certificate is not trusted.',
    remedy: 'Check the TLS parameters of the JDBC URL, and name the certificate authority of the database there.',
    since: '0.2.0',
  },
  'db.server.unreachable': {
    title: 'Database not reachable',
    meaning: 'No connection to the database could be made.',
    remedy: 'Check that the database runs, that the JDBC URL is right and that no firewall blocks the port.',
    since: '0.2.0',
  },
  'db.server.unavailable': {
    title: 'Database not available',
    meaning: 'The database was reached and accepts no work now: it starts, stops, or has too many connections.',
    remedy: 'Check the log of the database.',
    since: '0.2.0',
  },
  'db.server.too-old': {
    title: 'Server too old',
    meaning: 'The version of the database server does not support what the connector needs.',
    remedy: 'Use the version that the message names, or a later one.',
    since: '0.2.0',
  },
  'db.server.answer-unreadable': {
    title: 'Answer of the server not readable',
    meaning:
      'The driver cannot read what the server sent. The server may be of another kind, or its answer was damaged.',
    remedy:
      'Check that the JDBC URL names a database server of this kind, and that nothing between changes its answers.',
    since: '0.2.0',
  },
  'db.server.failed': {
    title: 'Database failed',
    meaning: 'The database reported an internal error, or an error that this connector does not know.',
    remedy: 'Look up the error number of the message in the log of the database.',
    since: '0.2.0',
  },
  'db.connection.lost': {
    title: 'Connection lost',
    meaning: 'The connection to the database ended during a search.',
    remedy: 'Check that the database still runs, and that nothing between ends long connections.',
    since: '0.2.0',
  },
  'db.login.refused': {
    title: 'Login refused',
    meaning: 'The database does not accept the user, the password or the host that connects.',
    remedy: 'Check db-connector.user and db-connector.password, and which logins the database allows.',
    since: '0.2.0',
  },
  'db.login.unsupported': {
    title: 'Kind of login not supported',
    meaning: 'The server or the JDBC URL requires a login that this connector does not support, such as Kerberos.',
    remedy: 'Give the user of the connector a login by password.',
    since: '0.2.0',
  },
  'db.login.public-key-not-allowed': {
    title: 'Public key not allowed',
    meaning: 'MySQL needs its public key for the password, and the JDBC URL does not allow to request it without TLS.',
    remedy:
      'Use TLS, name the key file in serverRSAPublicKeyFile, or set allowPublicKeyRetrieval=true in the JDBC URL.',
    since: '0.2.0',
  },
  'db.pooler.refused': {
    title: 'Refused by PgBouncer',
    meaning: 'PgBouncer does not accept the connection or the transaction with its configuration.',
    remedy: 'Change the configuration of PgBouncer, or the JDBC URL, as the message says.',
    since: '0.2.0',
  },
  'db.permission.denied': {
    title: 'Permission denied',
    meaning: 'The user of the connector may not read a table of query.select.',
    remedy: 'Grant the user the permission to read these tables.',
    since: '0.2.0',
  },
  'db.database.unknown': {
    title: 'Database unknown',
    meaning: 'The server has no database, service or SID of this name.',
    remedy: 'Correct the name in the JDBC URL.',
    since: '0.2.0',
  },
  'db.statement.timeout': {
    title: 'Statement timed out',
    meaning: 'A statement took longer than db-connector.statement-timeout, and the database ended it.',
    remedy: 'Create an index on the columns of the *-column keys, or check whether the database is overloaded.',
    since: '0.2.0',
  },
  'db.statement.conflict': {
    title: 'Conflict with another statement',
    meaning: 'The database ended the statement because of a deadlock or a lock.',
    remedy: 'Search again.',
    since: '0.2.0',
  },
  'db.pool.exhausted': {
    title: 'No free connection',
    meaning: 'All connections of the pool were in use, and none became free in time.',
    remedy: 'Check whether the database responds, or raise db-connector.pool.max.',
    since: '0.2.0',
  },
  'db.connector.closed': {
    title: 'Connector closed',
    meaning: 'The server stops, or a changed configuration replaced this connector.',
    remedy: 'Search again.',
    since: '0.2.0',
  },
  'db.sqlite-file.not-opened': {
    title: 'SQLite file not opened',
    meaning: 'The file does not exist, or this process may not read it or its folder.',
    remedy: 'Check the path in the JDBC URL and the permissions of the file and its folder.',
    since: '0.2.0',
  },
  'db.sqlite-file.invalid': {
    title: 'Not an SQLite database',
    meaning: 'The file is damaged, or it is not an SQLite database.',
    remedy: 'Correct the path in the JDBC URL, or check the file: pragma integrity_check.',
    since: '0.2.0',
  },
  'db.sqlite-file.locked': {
    title: 'SQLite file locked',
    meaning: 'Another program holds the file locked.',
    remedy: 'Stop that program, or configure a copy of the file.',
    since: '0.2.0',
  },
  'db.sqlite-process.not-started': {
    title: 'SQLite process not started',
    meaning: 'The operating system did not start the process that reads the file.',
    remedy: 'Raise the limit of processes: TasksMax= in the systemd unit, --pids-limit of the container.',
    since: '0.2.0',
  },
  'db.sqlite-process.ended': {
    title: 'SQLite process ended',
    meaning: 'The process that reads the file ended during a search.',
    remedy: 'Search again. If it happens again, check the memory of the machine.',
    since: '0.2.0',
  },
  'db.criteria.not-searched': {
    title: 'Not searched by a kind of identifier',
    meaning: 'Requests by a kind of identifier find nothing here, because db-connector.query names no column for it.',
    remedy: 'Set the *-column of the message, or list the kind in search-criteria.deactivated.',
    since: '0.2.0',
  },
  'db.issuer.not-compared': {
    title: 'Issuer not compared',
    meaning: 'The request names the issuer of a Patient ID, and the select does not return issuerOfPatientId.',
    remedy: 'Add the column issuerOfPatientId to query.select.',
    since: '0.2.0',
  },
  'db.rows.date-unreadable': {
    title: 'Dates in an unknown form',
    meaning:
      'The select returned dates in a form that cannot be read. They are missing, and filters by date keep these studies.',
    remedy: 'Convert the column in query.select to a date or to the form 2024-01-31.',
    since: '0.2.0',
  },
  'db.rows.deadline-passed': {
    title: 'Rows missing at the deadline',
    meaning: 'The database had not returned all rows when the time was over. The studies that came are shown.',
    remedy: 'Search for less, or create an index on the columns of the *-column keys.',
    since: '0.2.0',
  },
  'db.rows.limit-reached': {
    title: 'Too many images',
    meaning: 'The select returned more images than db-connector.max-instances allows. The other images are missing.',
    remedy: 'Search for less, or raise db-connector.max-instances.',
    since: '0.2.0',
  },
  'db.select.limit-reached': {
    title: 'Limit of the select reached',
    meaning: 'The select returned as many rows as its own LIMIT, TOP or FETCH allows. Each image is a row.',
    remedy: 'Remove the limit from query.select. db-connector.max-instances limits the images.',
    since: '0.2.0',
  },
  'db.issuer.other': {
    title: 'Patient of another issuer',
    meaning: 'The archive has studies of the requested Patient ID, but only from other issuers. They are not shown.',
    remedy: 'Check the issuer of the request and the column issuerOfPatientId, or search without an issuer.',
    since: '0.2.0',
  },
  'db.rows.without-parent': {
    title: 'Rows without a study or series',
    meaning: 'The select returned rows without the Study or Series Instance UID. Their images are missing.',
    remedy: 'Correct the joins of query.select, or these rows in the database.',
    since: '0.2.0',
  },
  'db.rows.without-image': {
    title: 'Rows without an image',
    meaning: 'The select returned studies without series, or series without images.',
    remedy: 'Nothing needs to be done. The archive may still be receiving them.',
    since: '0.2.0',
  },
  'db.rows.contradicting': {
    title: 'Contradicting rows',
    meaning: 'The select returned a study, series or image under more than one parent. It is listed once.',
    remedy: 'Correct the joins of query.select, or these rows in the database.',
    since: '0.2.0',
  },
});

export const { codes } = errors;
