import { Module } from '@nestjs/common';
import { ConnectorPluginProvider } from '@pacs-connectors/connector-core/nestjs';
import { DicomWebPlugin } from '../dicomweb-plugin.js';

@ConnectorPluginProvider()
class DiscoverableDicomWebPlugin extends DicomWebPlugin {}

/** Adds connectors of type `DICOM_WEB` to an application. */
@Module({ providers: [DiscoverableDicomWebPlugin] })
export class ConnectorDicomWebModule {}

export default ConnectorDicomWebModule;
