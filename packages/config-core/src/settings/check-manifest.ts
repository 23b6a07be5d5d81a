import { codes } from '../errors/error-codes.js';
import { type Fault } from '../errors/fault.js';
import { type ConnectorPlugin } from '@pacs-connectors/connector-core';
import { find, type Found, isEmpty, type MapNode } from '../document/node.js';
import { type ReaderContext, report } from '../reader/context.js';
import { readSettings } from '../reader/read-settings.js';
import { settingsOf } from '../reader/setting.js';
import { ManifestSettings } from './connector-settings.js';
import { type GlobalConfiguration } from './global-configuration.js';
import { type RetrievalSettings } from './retrieval.js';

/**
 * Reports settings for the manifest that Weasis cannot use: as an error if no image would be shown, as a warning if Weasis
 * ignores the value.
 *
 * @param manifest `undefined` if it has an error, which has been reported
 * @param queryMode the query mode of the plug-in
 */
export function checkManifest(
  manifest: ManifestSettings | undefined,
  connector: Found<MapNode>,
  retrieval: RetrievalSettings | undefined,
  queryMode: ConnectorPlugin['queryMode'],
  { dicomWebLevelLimit }: GlobalConfiguration,
  context: ReaderContext,
): void {
  // Its error has been reported; the other settings may have errors of their own.
  const { additionalParameters, compressionRate, httpTags, overrideDicomTags, transferSyntaxUid } =
    manifest ?? readSettings(ManifestSettings, [connector], { ...context, problems: [] }).instance;
  const reportSetting = (severity: 'error' | 'warning', property: keyof ManifestSettings, problem: Fault) => {
    const { key, node } = placeOf(connector, property);
    report(context, severity, { key, place: node.place }, problem);
  };
  const dicomWeb = queryMode === 'DICOM_WEB';
  if (!dicomWeb && additionalParameters?.startsWith('?'))
    reportSetting('error', 'additionalParameters', {
      code: codes['configuration.value.invalid'],
      found: 'parameters that begin with ?',
      expected: 'parameters that begin with &: Weasis appends them to the query of each image',
    });
  const authorized = Object.keys(httpTags).some((name) => name.toLowerCase() === 'authorization');
  if (authorized && (retrieval?.basic?.login !== undefined || retrieval?.oauth2 !== undefined))
    reportSetting('warning', 'httpTags', {
      code: codes['configuration.key.unused'],
      found: 'Authorization beside a login or a token',
      expected: 'one of them: Weasis sends the login in its place, and a token has the same header',
    });
  const faultySyntax = !manifest && placeOf(connector, 'transferSyntaxUid') !== connector;
  if (!dicomWeb && compressionRate !== undefined && transferSyntaxUid === undefined && !faultySyntax)
    reportSetting('warning', 'compressionRate', {
      code: codes['configuration.key.unused'],
      found: 'a compression rate without a transfer syntax',
      expected: 'transfer-syntax-uid as well: Weasis ignores the rate without it',
    });
  if (dicomWeb && overrideDicomTags.length > 0 && dicomWebLevelLimit === undefined)
    reportSetting('warning', 'overrideDicomTags', {
      code: codes['configuration.viewer.unsupported'],
      found: 'attributes to override in images by DICOMweb',
      expected:
        'none: Weasis would show no image, so manifests that list images leave them out, with a message. Remove the key, or set connector.dicom-web-level-limit: SERIE for releases after 4.7.2',
    });
  if (dicomWeb && ((transferSyntaxUid ?? '*') !== '*' || compressionRate !== undefined))
    reportSetting('warning', transferSyntaxUid === undefined ? 'compressionRate' : 'transferSyntaxUid', {
      code: codes['configuration.viewer.unsupported'],
      found: 'a parameter of WADO-URI',
      expected:
        'httpTags.Accept: multipart/related;type="application/dicom";transfer-syntax=UID. Weasis does not send the parameter by DICOMweb',
    });
}

/** Returns the first place where a property is set. */
function placeOf(connector: Found<MapNode>, property: keyof ManifestSettings): Found {
  const { paths } = settingsOf(ManifestSettings).get(property)!;
  return (
    paths.map((path) => find(connector, path)).find((found) => found !== undefined && !isEmpty(found.node)) ?? connector
  );
}
