import { Module } from '@nestjs/common';
import { ConnectorPluginProvider } from '@pacs-connectors/connector-core/nestjs';
import { DicomPlugin } from '../dicom-plugin.js';

@ConnectorPluginProvider()
class DiscoverableDicomPlugin extends DicomPlugin {}

/** Adds connectors of type `DICOM` to an application. */
@Module({ providers: [DiscoverableDicomPlugin] })
export class ConnectorDicomModule {}

export default ConnectorDicomModule;
