import { buildMessage, ValidateBy, type ValidationOptions } from 'class-validator';

/** Checks for an absolute http or https URL, with any host name, such as one of a local network. */
export function IsHttpUrl(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isHttpUrl',
      validator: {
        validate: isHttpUrl,
        defaultMessage: buildMessage((each) => `${each}$property must be an http or https URL`, options),
      },
    },
    options,
  );
}

/** The texts that {@link IsHttpUrl} accepts, approximately, for the JSON Schema. */
export const HTTP_URL_PATTERN = '^[hH][tT][tT][pP][sS]?://[^\\s/?#]+\\S*$';

function isHttpUrl(value: unknown): boolean {
  return typeof value === 'string' && new RegExp(HTTP_URL_PATTERN).test(value) && URL.canParse(value);
}
