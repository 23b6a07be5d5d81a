import { Module } from '@nestjs/common';
import { ViewerProvider } from '@pacs-connectors/connector-core/nestjs';
import { MicroDicomViewer } from '../microdicom/microdicom-viewer.js';
import { OhifViewer } from '../ohif/ohif-viewer.js';
import { SlicerViewer } from '../slicer/slicer-viewer.js';
import { WeasisViewer } from '../weasis/weasis-viewer.js';

@ViewerProvider()
class DiscoverableWeasis extends WeasisViewer {}

@ViewerProvider()
class DiscoverableOhif extends OhifViewer {}

@ViewerProvider()
class DiscoverableSlicer extends SlicerViewer {}

@ViewerProvider()
class DiscoverableMicroDicom extends MicroDicomViewer {}

/** Adds Weasis, OHIF, 3D Slicer and MicroDicom to an application. */
@Module({ providers: [DiscoverableWeasis, DiscoverableOhif, DiscoverableSlicer, DiscoverableMicroDicom] })
export class ViewersModule {}

export default ViewersModule;
