import { applyDecorators } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiConsumes, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { ProblemResponses } from '../http/describe-problems.js';
import { DescribeSearch } from '../delivery/describe-manifest.js';

const schema = { type: 'string' };

/** The description of launches in the API. */
export function DescribeLaunch(): MethodDecorator {
  return applyDecorators(DescribeSearch(), ...common());
}

/** The same of Invoke Image Display. */
export function DescribeInvokeImageDisplay(): MethodDecorator {
  const requestType = {
    name: 'requestType',
    required: true,
    schema: { type: 'string', enum: ['PATIENT', 'STUDY'] },
    description:
      'PATIENT goes with exactly one `patientID`, STUDY with exactly one kind of `studyUID` or `accessionNumber`.',
  };
  const ignored = ['viewerType', 'diagnosticQuality', 'keyImagesOnly'].map((name) =>
    ApiQuery({ name, required: false, schema, description: 'Accepted, and not used.' }),
  );
  return applyDecorators(ApiQuery(requestType), ...ignored, DescribeSearch(), ...common());
}

/** The same of an upload. */
export function DescribeUpload(): MethodDecorator {
  return applyDecorators(
    ApiQuery({ name: 'upload', required: true, schema: { type: 'string', enum: ['manifest'] } }),
    ApiConsumes('application/xml', 'text/xml'),
    ApiBody({
      required: true,
      description: 'A manifest that Weasis opens. What it cannot open is a 422 that names line and reason.',
      schema,
    }),
    ...common(),
    ProblemResponses(413, 415, 422, 503),
  );
}

function common(): MethodDecorator[] {
  return [
    ApiQuery({
      name: 'launch',
      required: false,
      schema: { type: 'string', enum: ['page', 'rs'] },
      description:
        '`page`: a page with the launch link and what was found, for callers that accept `text/html`. `rs`: Weasis asks a DICOMweb archive itself. A launch address of more than 2,000 characters, which Windows would drop, is a 400.',
    }),
    ApiBearerAuth(),
    ApiResponse({
      status: 302,
      description: 'The launch address of the viewer.',
      headers: { Location: { schema } },
    }),
    ApiResponse({ status: 200, description: 'The page of `launch=page`.', content: { 'text/html': { schema } } }),
    ProblemResponses(400, 401, 404, 415, 500, 502, 504),
  ];
}
