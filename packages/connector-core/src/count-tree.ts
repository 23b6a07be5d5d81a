import { type Patient } from './model.js';

/** How many nodes a tree has at each level. */
export interface TreeCount {
  patients: number;
  studies: number;
  series: number;
  instances: number;
}

/** Counts the nodes of a tree at each level. */
export function countTree(patients: readonly Patient[]): TreeCount {
  const studies = patients.flatMap((patient) => patient.studies);
  const series = studies.flatMap((study) => study.series);
  return {
    patients: patients.length,
    studies: studies.length,
    series: series.length,
    instances: series.reduce((sum, { instances }) => sum + instances.length, 0),
  };
}
