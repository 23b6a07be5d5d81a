import { modalitiesOf, type Study, type StudyAttributes, type StudyFilters } from '@pacs-connectors/connector-core';
import { type Notices } from './notices.js';

/**
 * Adds a notice for each of `filters` that could not be applied, because the server returns the filter's attribute for no study. A
 * study without a description is left out then; a study without a date or a modality stays (`filterStudies`).
 *
 * @param found the studies before any filter.
 * @param shown the studies after the filters, with their series as far as these were queried.
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
      `returns no ${attribute} for any study found (${found.length}): ${names} cannot be applied, and ${effect}.`,
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
