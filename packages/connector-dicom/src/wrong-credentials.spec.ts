import { afterEach, describe, it } from '@jest/globals';
import { ask, expectComplete, expectFailure, firstOnly, start, stopAll } from './testing/failing-peer.js';

afterEach(stopAll);

describe('an association that the archive rejects', () => {
  const REJECTIONS: [string, [number, number, number], string, RegExp, RegExp][] = [
    ['no reason', [1, 1, 1], 'dicom.association.rejected', /no reason given/, /log/],
    [
      'application context',
      [1, 1, 2],
      'dicom.association.application-context-unsupported',
      /application context/,
      /DICOM archive listens/,
    ],
    [
      'calling AE title',
      [1, 1, 3],
      'dicom.association.calling-ae-unknown',
      /calling AE title CONNECTOR not recognized/,
      /Add CONNECTOR to the archive/,
    ],
    [
      'called AE title',
      [1, 1, 7],
      'dicom.association.called-ae-unknown',
      /called AE title SCRIPTED not recognized/,
      /aet/,
    ],
    ['ACSE, no reason', [1, 2, 1], 'dicom.association.rejected', /no reason given/, /log/],
    [
      'protocol version',
      [1, 2, 2],
      'dicom.association.protocol-version-unsupported',
      /protocol version/,
      /DICOM archive listens/,
    ],
    ['reserved reason', [1, 1, 9], 'dicom.association.rejected', /source 1, reason 9/, /log/],
  ];
  it.each(REJECTIONS)('is reported with its remedy: %s', async (_, reject, code, what, remedy) => {
    // Without a clear reason, the request is repeated without extended negotiation.
    const repeated = code === 'dicom.association.rejected';
    const { connector } = await start(firstOnly({ reject }, repeated ? 2 : 1));
    await expectFailure(ask(connector), 'refused', code, what, remedy);
    expectComplete(await ask(connector));
  });
});
