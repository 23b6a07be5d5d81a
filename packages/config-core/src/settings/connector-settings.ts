import { type IdentifierKind } from '@pacs-connectors/connector-core';
import { IsDefined, IsInt, IsOptional, Max, Min } from 'class-validator';
import { Setting } from '../reader/setting.js';
import { dicomTag } from '../values/dicom-tag.js';
import { transferSyntax } from '../values/transfer-syntax.js';
import { urlParameters } from '../values/url-parameters.js';
import { headerFault } from './header-fault.js';

/** Settings of a connector for the viewer, which the manifest contains. */
export class ManifestSettings {
  @Setting({
    paths: ['wado.authentication.transfer-syntax-uid', 'weasis.manifest.transfer-syntax-uid'],
    description: 'Transfer syntax that the viewer requests (WadoTransferSyntaxUID); *: as stored',
    format: transferSyntax,
  })
  transferSyntaxUid?: string;

  @Setting({
    paths: ['wado.authentication.compression-rate', 'weasis.manifest.compression-rate'],
    description: 'Compression that the viewer requests, 1 to 100 (WadoCompressionRate)',
    kind: 'integer',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(100)
  compressionRate?: number;

  @Setting({
    paths: ['wado.authentication.requireOnlySOPInstanceUID', 'weasis.manifest.requireOnlySOPInstanceUID'],
    description: 'Whether the SOP Instance UID alone is enough to retrieve an image',
    kind: 'boolean',
  })
  requireOnlySopInstanceUid?: boolean;

  @Setting({
    paths: [
      'wado.authentication.additionnalParameters',
      'weasis.manifest.additionnalParameters',
      'wado.authentication.additionalParameters',
      'weasis.manifest.additionalParameters',
    ],
    description: 'Parameters that the viewer appends to the address of each image: &name=value',
    format: urlParameters,
  })
  additionalParameters?: string;

  @Setting({
    paths: ['wado.authentication.overrideDicomTags', 'weasis.manifest.overrideDicomTags'],
    description: 'Attributes of the images that the viewer replaces by the values of the manifest',
    kind: 'list',
    format: dicomTag,
  })
  overrideDicomTags: number[] = [];

  @Setting({
    paths: ['wado.authentication.httpTags', 'weasis.manifest.httpTags'],
    description: 'HTTP headers that the viewer sends',
    kind: 'map',
    secret: true,
    entryFault: headerFault,
  })
  httpTags: Record<string, string> = {};

  @Setting({
    paths: ['separate'],
    description: 'true: the result of this archive is not joined with others, so images in both are listed twice',
  })
  separate: boolean = false;
}

/** The keys that every connector has. */
export class ConnectorSettings {
  @Setting({ paths: ['type'], description: 'Archive type: DB, DICOM, DICOM_WEB, or the type of a plug-in' })
  @IsDefined()
  type!: string;

  @Setting({
    paths: ['enabled'],
    description: 'false: the connector is not used, and its result does not count as missing',
  })
  enabled: boolean = true;

  @Setting({
    paths: ['search-criteria.deactivated'],
    description: 'Kinds of identifier that this connector ignores',
    kind: 'list',
    values: {
      SOP_INSTANCE_UID: 'sopInstanceUids',
      SERIE_INSTANCE_UID: 'seriesInstanceUids',
      SERIES_INSTANCE_UID: 'seriesInstanceUids',
      STUDY_INSTANCE_UID: 'studyInstanceUids',
      STUDY_ACCESSION_NUMBER: 'accessionNumbers',
      PATIENT_ID: 'patientIds',
    },
  })
  deactivated: IdentifierKind[] = [];

  /** Milliseconds. */
  @Setting({
    paths: ['timeout'],
    description: 'Deadline of this connector: 20s, 500ms; default: connector.timeout',
    kind: 'duration',
  })
  @IsOptional()
  @Min(1)
  @Max(3_600_000)
  timeoutMs?: number;

  @Setting({ paths: [''], description: 'Settings for the viewer', type: () => ManifestSettings })
  manifest: ManifestSettings = new ManifestSettings();
}
