/** Whether `uid` can be one (PS3.5 9.1). Leading zeros in a component are accepted, since archives have them. */
export function isUid(uid: unknown): uid is string {
  return typeof uid === 'string' && uid.length <= 64 && /^\d+(\.\d+)*$/.test(uid);
}
