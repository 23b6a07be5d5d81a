import { afterEach, describe, it } from '@jest/globals';
import { ask, expectComplete, expectFailure, firstOnly, start, stopAll } from './testing/failing-peer.js';

afterEach(stopAll);

describe('an association that the archive rejects', () => {
  const REJECTIONS: [string, [number, number, number], RegExp, RegExp][] = [
    ['no reason', [1, 1, 1], /no reason given/, /log/],
    ['application context', [1, 1, 2], /application context/, /DICOM archive listens/],
    ['calling AE title', [1, 1, 3], /calling AE title CONNECTOR not recognized/, /entered in the archive/],
    ['called AE title', [1, 1, 7], /called AE title SCRIPTED not recognized/, /aet/],
    ['ACSE, no reason', [1, 2, 1], /no reason given/, /log/],
    ['protocol version', [1, 2, 2], /protocol version/, /DICOM archive listens/],
    ['reserved reason', [1, 1, 9], /source 1, reason 9/, /log/],
  ];
  it.each(REJECTIONS)('is reported with its remedy: %s', async (_, reject, what, remedy) => {
    const { connector } = await start(firstOnly({ reject }));
    await expectFailure(ask(connector), 'refused', what, remedy);
    expectComplete(await ask(connector));
  });
});
