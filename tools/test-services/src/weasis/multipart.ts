/** Returns the bodies of a multipart answer (RFC 2046 5.1.1), or undefined for any other answer. */
export function multipartBodies(body: Buffer, contentType: string | undefined): Buffer[] | undefined {
  const boundary = /^multipart\/.*;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType ?? '');
  if (!boundary) return undefined;
  const delimiter = Buffer.from(`--${boundary[1] ?? boundary[2]}`);
  const bodies: Buffer[] = [];
  let start = body.indexOf(delimiter);
  while (start >= 0) {
    start += delimiter.length;
    const end = body.indexOf(Buffer.concat([Buffer.from('\r\n'), delimiter]), start);
    if (end < 0) return bodies;
    const head = body.indexOf('\r\n\r\n', start);
    if (head >= 0 && head < end) bodies.push(body.subarray(head + 4, end));
    start = end + 2;
  }
  return bodies;
}
