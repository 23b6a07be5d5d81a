import { type Connector, type ConnectorDefinition, type ConnectorPlugin } from '@pacs-connectors/connector-core';
import { DatabaseConnector } from './database-connector.js';
import { DatabaseSettings } from './database-settings.js';

/** The archive language `DB`. */
export class DatabasePlugin implements ConnectorPlugin<DatabaseSettings> {
  readonly type = 'DB';
  readonly queryMode = 'DB';
  readonly settings = DatabaseSettings;

  create(definition: ConnectorDefinition<DatabaseSettings>): Connector {
    return new DatabaseConnector(definition);
  }
}
