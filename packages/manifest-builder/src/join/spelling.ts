import { type Patient, type PatientAttributes } from '@pacs-connectors/connector-core';
import { complete, makePatient, patientKey } from '../arrange.js';
import { ATTRIBUTES, type PatientElement } from '../elements.js';
import { type Pace } from '../pace.js';
import { textRule } from '../value-rules.js';

/** How each patient is spelled in all archives, by {@link patientKey}: the viewer lists two spellings as two people. */
export class Spelling {
  private readonly patients = new Map<
    string,
    { element: PatientElement; source: Patient; differs: boolean; given: boolean }
  >();

  /** @param given the viewer has this spelling already: it stays. Those that are given come first. */
  async add(patients: readonly Patient[], given: boolean, pace: Pace): Promise<void> {
    for (const source of patients) {
      if (pace.due()) await pace.rest();
      const element = makePatient(source);
      const key = patientKey(source, element);
      const known = this.patients.get(key);
      if (!known) this.patients.set(key, { element, source, differs: false, given });
      else if (ATTRIBUTES.Patient.some((name) => known.element[name] !== element[name])) {
        known.differs = true;
        if (!known.given) complete(known.element, element, ATTRIBUTES.Patient);
      }
    }
  }

  /** The patient's own attributes where all archives spell it alike. */
  of(patient: PatientAttributes): PatientAttributes {
    const { element, source, differs } = this.patients.get(keyOf(patient)) ?? {};
    if (!element || !differs) return patient;
    const { PatientName, PatientBirthDate, PatientBirthTime, PatientSex } = element;
    return {
      // Whole: an id is cut only where it is written.
      patientId: textRule(source?.patientId) ?? '',
      issuerOfPatientId: textRule(source?.issuerOfPatientId),
      patientName: PatientName,
      patientBirthDate: PatientBirthDate,
      patientBirthTime: PatientBirthTime,
      patientSex: PatientSex,
    };
  }
}

function keyOf(patient: PatientAttributes): string {
  const source = { ...patient, studies: [] };
  return patientKey(source, makePatient(source));
}
