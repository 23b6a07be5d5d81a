import { type DicomDateTime } from '@pacs-connectors/connector-core';

/** Whether the earliest moment that `lower` includes is after the latest one that `upper` includes. */
export function dateTimeIsAfter(lower: DicomDateTime, upper: DicomDateTime): boolean {
  return key(lower, '0') > key(upper, '9');
}

function key({ date, time = '' }: DicomDateTime, pad: '0' | '9'): string {
  return date + time.replace('.', '').padEnd(12, pad);
}
