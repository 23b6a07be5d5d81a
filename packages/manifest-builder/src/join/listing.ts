import {
  type Instance,
  type Patient,
  type PatientAttributes,
  type Series,
  type Study,
} from '@pacs-connectors/connector-core';
import { makePatient, patientKey } from '../arrange/arrange.js';
import { type ArcQuery } from '../model/manifest.js';
import { type Pace } from '../arrange/pace.js';
import { textRule, uiRule, uriRule } from '../model/value-rules.js';
import { Differences } from './differences.js';

/** A patient as it is compared with the patients of other archives. */
export type Identified = PatientAttributes;

/** What one archive lists of a series. */
export interface SeriesCopy {
  listing: Listing;
  studyUid: string;
  /** More than one if the archive's answer repeats it. */
  nodes: Series[];
}

/** What one archive lists of a study. */
export interface StudyCopy {
  listing: Listing;
  patient: Patient;
  nodes: Study[];
  /** Number of listed instances, including repeated ones and those with an invalid UID. */
  instances: number;
  /** Number of listed series, counted in the same way. */
  series: number;
}

/** One archive's part by its UIDs, and what is shown of it beside the other archives. Invalid UIDs are not in it. */
export class Listing {
  readonly studies = new Map<string, StudyCopy>();
  readonly series = new Map<string, SeriesCopy>();
  /** Study Instance UIDs that are shown from another archive. */
  readonly droppedStudies = new Set<string>();
  /** Series Instance UIDs that are shown from another archive. */
  readonly droppedSeries = new Set<string>();
  /** Instances that other archives add to a series of this one, by Series Instance UID. */
  readonly added = new Map<string, Instance[]>();
  /** Patients of studies that the viewer has under another spelling of the same patient, by Study Instance UID. */
  readonly patients = new Map<string, Patient>();
  /** Issuers that other archives with a study in common state for patients of this one, by Patient ID. */
  readonly issuers = new Map<string, string>();
  readonly differences = new Differences();
  /** The same text for archives whose images the viewer fetches in the same way: it merges their instances. */
  readonly retrieval: string;
  /** No notice warns that the answer is incomplete. */
  readonly complete: boolean;

  /**
   * @param order position in the configuration or in the request
   * @param given the viewer has it already, so that it cannot change
   */
  constructor(
    readonly arcQuery: ArcQuery,
    readonly order: number,
    readonly given = false,
  ) {
    const { baseUrl, webLogin, httpTags = [], additionalParameters, requireOnlySopInstanceUid, queryMode } = arcQuery;
    this.retrieval = JSON.stringify([
      // The manifest of a DICOMweb archive has it without the slashes at its end.
      queryMode === 'DICOM_WEB' ? uriRule(baseUrl).replace(/\/+$/, '') : uriRule(baseUrl),
      webLogin,
      httpTags.map(({ key, value }) => [key, value]),
      additionalParameters || undefined,
      requireOnlySopInstanceUid ?? false,
      queryMode === 'DICOM_WEB',
    ]);
    this.complete = (arcQuery.notices ?? []).every(({ severity }) => severity === 'INFO');
  }

  /** Returns the patient with the issuer that other archives state for it. */
  identified(patient: Patient): Identified {
    const issuer = textRule(patient.issuerOfPatientId) ?? this.issuers.get(textRule(patient.patientId) ?? '');
    return issuer === undefined ? patient : { ...patient, issuerOfPatientId: issuer };
  }

  async fill(pace: Pace): Promise<this> {
    for (const patient of this.arcQuery.patients) {
      for (const study of patient.studies ?? []) {
        if (pace.due()) await pace.rest();
        const studyUid = uiRule(study.studyInstanceUid);
        if (studyUid === undefined) continue;
        let copy = this.studies.get(studyUid);
        if (!copy) {
          copy = { listing: this, patient, nodes: [], instances: 0, series: 0 };
          this.studies.set(studyUid, copy);
        }
        copy.nodes.push(study);
        for (const series of study.series ?? []) {
          if (pace.due()) await pace.rest();
          copy.series++;
          copy.instances += series.instances?.length ?? 0;
          const seriesUid = uiRule(series.seriesInstanceUid);
          if (seriesUid === undefined) continue;
          const known = this.series.get(seriesUid);
          if (known) known.nodes.push(series);
          else this.series.set(seriesUid, { listing: this, studyUid, nodes: [series] });
        }
      }
    }
    return this;
  }
}

/** Returns a text that is the same for all nodes of one patient, in all archives. */
export function keyOfPatient(patient: Identified): string {
  return patientKey(patient, makePatient(patient));
}
