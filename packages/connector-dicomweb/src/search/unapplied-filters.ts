import { modalitiesOf, type Study, type StudyAttributes, type StudyFilters } from '@pacs-connectors/connector-core';
import { type SearchContext } from './search-context.js';

/**
 * Says which of `filters` no study could be judged by, since the server gives the attribute for none: a study is left out for want
 * of a description, and stays for want of a date or a modality (`filterStudies`).
 *
 * @param found the studies before any filter.
 * @param shown those that are left, with their series as far as these were asked for.
 */
export function sayUntoldFilters(
  context: SearchContext,
  filters: StudyFilters,
  found: readonly StudyAttributes[],
  shown: readonly Study[],
): void {
  if (found.length === 0) return;
  const say = (attribute: string, names: string, effect: string) =>
    context.notice(
      'WARN',
      'Filter not applied',
      `it gives no ${attribute} for any study found (${found.length}): ${names} cannot be applied, and ${effect}.`,
    );
  if (filters.containsInDescription?.length && found.every(({ studyDescription }) => studyDescription === undefined)) {
    say('Study Description', 'containsInDescription', 'none of them is shown');
  }
  if (found.every(({ studyDate }) => studyDate === undefined)) {
    const bounds = (['lowerDateTime', 'upperDateTime'] as const).filter((name) => filters[name] !== undefined);
    if (bounds.length > 0) say('Study Date', bounds.join(' and '), 'no study is left out by it');
    if (found.length > (filters.mostRecentResults ?? Infinity)) {
      say('Study Date', 'mostRecentResults', 'the studies shown may not be the newest');
    }
  }
  const untold = found.every(({ modalitiesInStudy }) => modalitiesInStudy === undefined);
  if (filters.modalitiesInStudy?.length && untold && shown.every((study) => modalitiesOf(study).length === 0)) {
    say('modality', 'modalitiesInStudy', 'no study is left out by it');
  }
}
