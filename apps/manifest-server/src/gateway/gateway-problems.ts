import { ConnectorError } from '@pacs-connectors/connector-core';
import { UndecodableFrame, UnreadableFile } from '@pacs-connectors/dicomweb-service';
import { plainProblem, ProblemError } from '../http/problem.js';

/** Returns the problem of a request that no archive answered: 504 if all timed out, otherwise 502. */
export function allFailed(errors: readonly ConnectorError[]): ProblemError {
  const status = errors.length > 0 && errors.every(({ kind }) => kind === 'timeout') ? 504 : 502;
  const reasons = errors.map(({ connectorId, kind, code }) => `${connectorId}: ${kind} [${code}]`);
  const detail = `Archives did not answer. ${reasons.join('; ')}. See /health/connectors.`;
  return new ProblemError(plainProblem(status, detail, 'server.gateway.archives-failed'));
}

/** Returns the problem of a study for which archives name different patients. */
export function patientsDiffer(): ProblemError {
  return new ProblemError(
    plainProblem(
      409,
      'Archives name different patients for this study. Retrieve it from one archive, at /dicom-web/ and its id, and report this to the administrator of the archives.',
      'server.gateway.patients-differ',
    ),
  );
}

/** Returns the problem of images that cannot be sent; other errors unchanged. */
export function retrievalProblem(error: unknown): unknown {
  if (error instanceof UnreadableFile || error instanceof UndecodableFrame)
    return new ProblemError(
      plainProblem(
        502,
        `The instance cannot be read: ${error.message}. Retrieve it as it is stored, or check it in the archive.`,
        'server.gateway.unreadable-instance',
      ),
    );
  if (!(error instanceof ConnectorError) || error.kind === 'cancelled') return error;
  const { connectorId, kind, code } = error;
  const detail = `Archive ${connectorId} could not send the images: ${kind} [${code}]. See /health/connectors.`;
  return new ProblemError(plainProblem(kind === 'timeout' ? 504 : 502, detail, 'server.gateway.retrieval-failed'));
}

/** Returns the problem of a client that accepts none of the forms in which images are available. */
export function notAcceptable(detail: string): ProblemError {
  return new ProblemError(plainProblem(406, detail, 'server.request.not-acceptable'), { vary: 'Accept' });
}

/** Returns the problem of an instance without an image. */
export function noImage(): ProblemError {
  const detail = 'The instance has no image. Retrieve the instance itself.';
  return new ProblemError(plainProblem(404, detail, 'server.gateway.no-image'));
}

/** Returns the problem of a frame or of bulk data that an instance does not have. */
export function frameUnknown(detail: string): ProblemError {
  return new ProblemError(plainProblem(404, detail, 'server.gateway.frame-unknown'));
}
