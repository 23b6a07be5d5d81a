import { modalitiesOf, type Study, type StudyAttributes, type StudyFilters } from '@pacs-connectors/connector-core';
import { type Notices } from './notices.js';

/**
 * Adds a notice for each of `filters` that could not be applied to any study, since the server gives the attribute for none: a study is left out for want
 * of a description, and stays for want of a date or a modality (`filterStudies`).
 *
 * @param found the studies before any filter.
 * @param shown those that are left, with their series as far as these were asked for.
 */
export function reportUnappliedFilters(
  notices: Notices,
  filters: StudyFilters,
  found: readonly StudyAttributes[],
  shown: readonly Study[],
): void {
  if (found.length === 0) return;
  const report = (attribute: string, names: string, effect: string) =>
    notices.filterNotApplied(
      `it gives no ${attribute} for any study found (${found.length}): ${names} cannot be applied, and ${effect}.`,
    );
  if (filters.containsInDescription?.length && found.every(({ studyDescription }) => studyDescription === undefined)) {
    report('Study Description', 'containsInDescription', 'none of them is shown');
  }
  if (found.every(({ studyDate }) => studyDate === undefined)) {
    const bounds = (['lowerDateTime', 'upperDateTime'] as const).filter((name) => filters[name] !== undefined);
    if (bounds.length > 0) report('Study Date', bounds.join(' and '), 'no study is left out by it');
    if (found.length > (filters.mostRecentResults ?? Infinity)) {
      report('Study Date', 'mostRecentResults', 'the studies shown may not be the newest');
    }
  }
  const withoutModality = found.every(({ modalitiesInStudy }) => modalitiesInStudy === undefined);
  if (
    filters.modalitiesInStudy?.length &&
    withoutModality &&
    shown.every((study) => modalitiesOf(study).length === 0)
  ) {
    report('modality', 'modalitiesInStudy', 'no study is left out by it');
  }
}
