import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type ImageArchive, type ImageArchives, type StoredFile } from '@pacs-connectors/connector-testkit';
import { connectorTo } from './connector-to.js';

const BOUNDARY = 'image-archive';

/** WADO-RS servers that send their images as the conformance suite says. */
export const images: ImageArchives = {
  impossible: { omitted: 'An answer by WADO-RS says how many instances it has by its end only.' },
  async open(archive) {
    let retrievals = 0;
    const server = createServer(({ url }, response) => {
      retrievals++;
      response.on('close', () => retrievals--);
      void send(archive, url ?? '', response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const connector = connectorTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return {
      connector,
      retrievals: () => retrievals,
      close: async () => {
        await connector.close();
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  },
};

/** Answers a request by WADO-RS, whose path begins with `/studies`. */
export async function send(archive: ImageArchive, path: string, response: ServerResponse): Promise<void> {
  const { files, replaced = {}, breaksAfter, stallsAfter } = archive;
  const [, study, , series, , instance] = path.split('/').slice(1);
  const listed = files.filter(
    (file) =>
      file.study.studyInstanceUid === study &&
      (series ?? file.series.seriesInstanceUid) === file.series.seriesInstanceUid &&
      (instance ?? file.instance.sopInstanceUid) === file.instance.sopInstanceUid,
  );
  if (listed.length === 0) return void response.writeHead(404).end();
  response.writeHead(200, { 'content-type': `multipart/related; type="application/dicom"; boundary=${BOUNDARY}` });
  for (const [
    sent,
    {
      instance: { sopInstanceUid },
    },
  ] of [...listed].reverse().entries()) {
    const uid = replaced[sopInstanceUid] ?? sopInstanceUid;
    const { bytes } = files.find((file) => file.instance.sopInstanceUid === uid) as StoredFile;
    const isHalf = sent === (breaksAfter ?? stallsAfter);
    response.write(`\r\n--${BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n`);
    await new Promise((resolve) => response.write(isHalf ? bytes.subarray(0, bytes.length / 2) : bytes, resolve));
    if (!isHalf) continue;
    if (breaksAfter !== undefined) response.destroy();
    return;
  }
  response.end(`\r\n--${BOUNDARY}--`);
}
