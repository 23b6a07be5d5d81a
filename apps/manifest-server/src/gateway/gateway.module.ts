import { Module } from '@nestjs/common';
import { HttpModule } from '../http/http.module.js';
import { ManifestModule } from '../manifest/manifest.module.js';
import { RetrievalModule } from '../retrieval/retrieval.module.js';
import { WatchModule } from '../watch/watch.module.js';
import { ArchiveAnswers } from './archive-answers.service.js';
import { ArchiveImages } from './archive-images.service.js';
import { FramesController } from './frames.controller.js';
import { Instances } from './instances.service.js';
import { RequestedImages } from './requested-images.service.js';
import { RetrieveController } from './retrieve.controller.js';
import { SearchController } from './search.controller.js';
import { Studies } from './studies.service.js';
import { WadoUriController } from './wado-uri.controller.js';

/** One DICOMweb address for all archives (`gateway`). */
@Module({
  imports: [HttpModule, ManifestModule, RetrievalModule, WatchModule],
  controllers: [SearchController, RetrieveController, FramesController, WadoUriController],
  providers: [ArchiveAnswers, ArchiveImages, Studies, Instances, RequestedImages],
})
export class GatewayModule {}
