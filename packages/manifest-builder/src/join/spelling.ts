import { type Patient, type PatientAttributes } from '@pacs-connectors/connector-core';
import { complete, makePatient } from '../arrange/arrange.js';
import { ATTRIBUTES, type PatientElement } from '../model/elements.js';
import { type Pace } from '../arrange/pace.js';
import { textRule } from '../model/value-rules.js';
import { type Identified, keyOfPatient, type Listing } from './listing.js';
import { contradict } from './person.js';

/** Patients of one id and issuer that may be one person, and the spelling that the viewer gets. */
interface Person {
  element: PatientElement;
  source: Identified;
  differs: boolean;
  given: boolean;
}

/**
 * Gives each patient one spelling in all archives, since the viewer lists two spellings as two people. Patients of one id and issuer
 * with contradictory attributes may be two people. They stay as they are and are counted.
 */
export class Spelling {
  private readonly people = new Map<string, Person[]>();
  private readonly personOf = new Map<Patient, Person>();

  /** Adds the patients of an archive. Add those that the viewer already has first, since their spelling cannot change. */
  async add(listing: Listing, pace: Pace): Promise<void> {
    let contradicts = false;
    for (const patient of listing.arcQuery.patients) {
      if (pace.due()) await pace.rest();
      const source = listing.identified(patient);
      const element = makePatient(source);
      const key = keyOfPatient(source);
      const known = this.people.get(key) ?? [];
      let person = known.find((one) => !contradict(one.element, element));
      if (!person) {
        contradicts ||= known.length > 0;
        person = { element, source, differs: false, given: listing.given };
        this.people.set(key, [...known, person]);
      } else if (ATTRIBUTES.Patient.some((name) => person?.element[name] !== element[name])) {
        person.differs = true;
        if (!person.given) complete(person.element, element, ATTRIBUTES.Patient);
      }
      this.personOf.set(patient, person);
    }
    if (contradicts) listing.differences.contradictions++;
  }

  /** Returns the common spelling of a patient; its own attributes if all archives spell it alike. */
  of(patient: Patient): PatientAttributes {
    const { element, source, differs } = this.personOf.get(patient) ?? {};
    if (!element || !source) return patient;
    const ids = {
      // Uncut, since an id is cut only when it is written.
      patientId: textRule(source.patientId) ?? '',
      issuerOfPatientId: textRule(source.issuerOfPatientId),
    };
    if (!differs) return { ...patient, ...ids };
    const { PatientName, PatientBirthDate, PatientBirthTime, PatientSex } = element;
    return {
      ...ids,
      patientName: PatientName,
      patientBirthDate: PatientBirthDate,
      patientBirthTime: PatientBirthTime,
      patientSex: PatientSex,
    };
  }
}
