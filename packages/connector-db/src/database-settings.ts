import { Setting } from '@pacs-connectors/config-core';
import { IsInt, IsNotEmpty, IsOptional, IsString, Matches, Max, Min } from 'class-validator';

/** `db-connector` of one connector of type `DB`. */
export class DatabaseSettings {
  @Setting({ paths: ['db-connector.uri'], description: 'JDBC URL of the database, `jdbc:postgresql://host/database`' })
  @IsString()
  @Matches(/^\s*jdbc:/i, { message: 'must be a JDBC URL, jdbc:postgresql://host:port/database for example' })
  uri!: string;

  @Setting({
    paths: ['db-connector.driver'],
    description:
      'Java class of the JDBC driver. The URL selects the database; a class of another database is a warning',
  })
  @IsOptional()
  @IsString()
  driver?: string;

  @Setting({
    paths: ['db-connector.user'],
    description: 'Name of the database user. A user that may only read is best',
  })
  @IsOptional()
  @IsString()
  user?: string;

  @Setting({ paths: ['db-connector.password'], description: 'Password of the database user', secret: true })
  @IsOptional()
  @IsString()
  password?: string;

  @Setting({
    paths: ['db-connector.query.select'],
    description:
      "The site's own SQL. It returns the columns studyInstanceUid, seriesInstanceUid, sopInstanceUid, and others that the manifest shows",
  })
  @IsString()
  @IsNotEmpty()
  select!: string;

  @Setting({
    paths: ['db-connector.query.accession-number-column'],
    description: 'Expression of the Accession Number, valid inside the select',
  })
  @IsOptional()
  @IsString()
  accessionNumberColumn?: string;

  @Setting({
    paths: ['db-connector.query.patient-id-column'],
    description: 'Expression of the Patient ID, valid inside the select',
  })
  @IsOptional()
  @IsString()
  patientIdColumn?: string;

  @Setting({
    paths: ['db-connector.query.study-instance-uid-column'],
    description: 'Expression of the Study Instance UID, valid inside the select',
  })
  @IsOptional()
  @IsString()
  studyInstanceUidColumn?: string;

  @Setting({
    paths: ['db-connector.query.serie-instance-uid-column', 'db-connector.query.series-instance-uid-column'],
    description: 'Expression of the Series Instance UID, valid inside the select',
  })
  @IsOptional()
  @IsString()
  seriesInstanceUidColumn?: string;

  @Setting({
    paths: ['db-connector.query.sop-instance-uid-column'],
    description: 'Expression of the SOP Instance UID, valid inside the select',
  })
  @IsOptional()
  @IsString()
  sopInstanceUidColumn?: string;

  @Setting({
    paths: ['db-connector.pool.min'],
    description: 'Idle connections that stay open; default 0',
    kind: 'integer',
  })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(100)
  poolMin?: number;

  @Setting({
    paths: ['db-connector.pool.max'],
    description: 'Most connections at once; further searches wait. Default 8',
    kind: 'integer',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(100)
  poolMax?: number;

  @Setting({
    paths: ['db-connector.statement-timeout'],
    description: 'Longest time of one statement; the database ends it then. Default 60 s',
    kind: 'duration',
  })
  @IsOptional()
  @IsInt()
  @Min(100)
  statementTimeout?: number;

  @Setting({
    paths: ['db-connector.max-instances'],
    description: 'Most images of one answer; a notice says when there are more. Default 250000',
    kind: 'integer',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  maxInstances?: number;
}
