import { type Patient } from '@pacs-connectors/connector-core';
import { type ArcQuery, type Manifest, type ManifestFormat } from '../model/manifest.js';
import { renderManifest } from '../render.js';

/** The whole text of a manifest. */
export async function rendered(manifest: Manifest, format?: ManifestFormat): Promise<string> {
  let text = '';
  for await (const piece of renderManifest(manifest, { format })) text += piece;
  return text;
}

/** An arcQuery of these patients, and nothing else that is not required. */
export function arcQueryOf(patients: Patient[], more: Partial<ArcQuery> = {}): ArcQuery {
  return { arcId: 'main', baseUrl: 'https://pacs.example.org/wado', patients, ...more };
}

/** One patient, one study, one series with these instances. */
export function patientOf(instances: { sopInstanceUid: string; instanceNumber?: string }[]): Patient {
  return {
    patientId: '1',
    patientName: 'DOE^JANE',
    studies: [{ studyInstanceUid: '1.2', series: [{ seriesInstanceUid: '1.2.3', instances }] }],
  };
}
