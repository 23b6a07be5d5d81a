import { type ConnectorPlugin } from '@pacs-connectors/connector-core';

/** What the check needs to know of an archive language. */
export type KnownPlugin = Pick<ConnectorPlugin, 'type' | 'settings' | 'queryMode'>;
