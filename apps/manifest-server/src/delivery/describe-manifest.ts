import { applyDecorators } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiProduces, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { ProblemResponses } from '../http/describe-problems.js';
import { SEARCH_PARAMETERS, type SearchParameter } from '../search/search-parameters.js';

/** The description of `GET /manifest` in the API. */
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
        'The manifest of an earlier launch, waited for at most 28 s while it is being built; the search is not read then. It is a 200 whatever the archives did; each that is missing has its `Message`. A key that is unknown or has expired is a 404, and for a client that accepts XML alone a 200 with a `Message`.',
    }),
    ApiQuery({
      name: 'part',
      required: false,
      schema: { type: 'integer', minimum: 1 },
      description:
        'With `key`: a part of the manifest of a launch that asks several archives. Part 1 is that of the archive which answers first, and so on; the last part has everything that is in none before it. A number that the launch does not have is a 404.',
    }),
    ApiQuery({
      name: 'gzip',
      required: false,
      allowEmptyValue: true,
      schema: { type: 'string' },
      description:
        'Compresses the answer, whatever `Accept-Encoding` says; `false`, `0`, `no` and `off` leave that to it.',
    }),
    ApiHeader({
      name: 'If-None-Match',
      required: false,
      description: 'The `ETag` of an earlier answer: 304 where it still holds.',
    }),
    ApiBearerAuth(),
    ApiProduces(...Object.keys(content)),
    ApiResponse({
      status: 200,
      description:
        'The manifest. An archive that could not be asked has its `Message` in it, and so has an archive where nothing was found.',
      headers: {
        ETag: { schema, description: 'Strong validator of the content' },
        'Content-Encoding': { schema, description: '`gzip` where asked for' },
      },
      content,
    }),
    ApiResponse({ status: 304, description: 'The manifest is the one that the client has.' }),
    ApiResponse({ status: 502, description: 'No archive could be asked; the manifest holds the messages.', content }),
    ApiResponse({ status: 504, description: 'No archive answered in time; the manifest holds the messages.', content }),
    ProblemResponses(400, 404, 406, 431, 500),
  );
}

/** The parameters of a search. */
export function DescribeSearch(): MethodDecorator {
  return applyDecorators(
    ...SEARCH_PARAMETERS.map(describeParameter),
    ApiQuery({
      name: 'access_token',
      required: false,
      schema: { type: 'string' },
      description:
        "The caller's bearer token, for callers that cannot send an `Authorization` header. A placeholder that was not filled in (`{{access_token}}`, `undefined`) counts as no token.",
    }),
  );
}

function describeParameter({ name, description, example, multiplicity, flag }: SearchParameter): MethodDecorator {
  const notes = {
    once: '',
    repeated: ' May be repeated.',
    list: ' Several: repeated, or with commas between.',
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
