import { Setting } from '@pacs-connectors/config-core';
import { IsString } from 'class-validator';

/** `db-connector` of one connector of type `DB`. */
export class DatabaseSettings {
  @Setting({ paths: ['db-connector.uri'], description: 'JDBC URL of the database' })
  @IsString()
  uri!: string;

  @Setting({ paths: ['db-connector.query.select'], description: "The site's own SQL" })
  @IsString()
  select!: string;

  @Setting({
    paths: ['db-connector.query.patient-id-column'],
    description: 'Expression of the Patient ID, valid inside the select',
  })
  @IsString()
  patientIdColumn!: string;
}
