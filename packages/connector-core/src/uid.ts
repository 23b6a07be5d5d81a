/**
 * Whether `uid` can be used as a UID: 1 to 64 digits and dots, with at least one digit.
 *
 * This is wider than PS3.5 9.1: components may have leading zeros or be empty (`1.2..3`, `1.2.`). Some archives have such UIDs, and
 * viewers open them. `.` and `..` are rejected, because UIDs become segments of addresses.
 */
export function isUid(uid: unknown): uid is string {
  return typeof uid === 'string' && /^(?=.*\d)[\d.]{1,64}$/.test(uid);
}
