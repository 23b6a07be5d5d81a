import { applyDecorators } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiProduces, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { ProblemResponses } from '../http/describe-problems.js';
import { SEARCH_PARAMETERS, type SearchParameter } from '../search/search-parameters.js';

/** Describes `GET /manifest` in the API. */
export function DescribeManifest(): MethodDecorator {
  const schema = { type: 'string' };
  const content = {
    'application/xml': { schema },
    'text/xml': { schema },
    'application/json': {
      schema: { type: 'object', required: ['manifest'], properties: { manifest: { type: 'object' } } },
    },
  };
  return applyDecorators(
    DescribeSearch(),
    ApiQuery({
      name: 'key',
      required: false,
      schema: { type: 'string' },
      description:
        'The key of a launch, whose manifest is returned. The parameters of a search are ignored. The request waits up to 28 s for a manifest that is being built. The status is 200 even if archives failed; each missing archive has its `Message`. An unknown or expired key is a 404. A client that accepts only XML gets a 200 with a `Message` instead.',
    }),
    ApiQuery({
      name: 'part',
      required: false,
      schema: { type: 'integer', minimum: 1 },
      description:
        'With `key`: the number of a part of the manifest, for a launch that searches several archives. Part 1 contains the archive that answers first, and so on. The last part contains everything that no part before it contains. A number that the launch does not have is a 404.',
    }),
    ApiQuery({
      name: 'gzip',
      required: false,
      allowEmptyValue: true,
      schema: { type: 'string' },
      description:
        'Compresses the answer, whatever `Accept-Encoding` says. With `false`, `0`, `no` or `off`, `Accept-Encoding` decides.',
    }),
    ApiHeader({
      name: 'If-None-Match',
      required: false,
      description: 'The `ETag` of an earlier answer. The answer is a 304 if the manifest has not changed.',
    }),
    ApiBearerAuth(),
    ApiProduces(...Object.keys(content)),
    ApiResponse({
      status: 200,
      description:
        'The manifest. It has a `Message` for each archive that could not be searched. If nothing was found, one `Message` names all archives without a match. The description of a `Message` ends in its error codes, in brackets.',
      headers: {
        ETag: { schema, description: 'Hash of the content (strong validator)' },
        'Content-Encoding': { schema, description: '`gzip` if requested' },
      },
      content,
    }),
    ApiResponse({ status: 304, description: 'The client already has this manifest.' }),
    ApiResponse({
      status: 502,
      description: 'No archive could be searched; the manifest contains the messages.',
      content,
    }),
    ApiResponse({
      status: 504,
      description: 'No archive answered in time; the manifest contains the messages.',
      content,
    }),
    ProblemResponses(400, 404, 406, 431, 500),
  );
}

/** Describes the parameters of a search. */
export function DescribeSearch(): MethodDecorator {
  return applyDecorators(
    ...SEARCH_PARAMETERS.map(describeParameter),
    ApiQuery({
      name: 'access_token',
      required: false,
      schema: { type: 'string' },
      description:
        "The caller's bearer token, for callers that cannot send an `Authorization` header. A placeholder that was not filled in (`{{access_token}}`, `undefined`) is ignored.",
    }),
  );
}

function describeParameter({ name, description, example, multiplicity, flag }: SearchParameter): MethodDecorator {
  const notes = {
    once: '',
    repeated: ' May be repeated.',
    list: ' Several values: repeat the parameter, or separate them by commas.',
  };
  return ApiQuery({
    name,
    required: false,
    allowEmptyValue: flag ?? false,
    description: description + notes[multiplicity],
    ...(example && { example: multiplicity === 'once' ? example : example.split(',') }),
    schema: multiplicity === 'once' ? { type: 'string' } : { type: 'array', items: { type: 'string' } },
  });
}
