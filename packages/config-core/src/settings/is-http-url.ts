import { buildMessage, ValidateBy, type ValidationOptions } from 'class-validator';

/** Checks for an absolute http or https URL: any host that a URL may have, names inside a local network too. */
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

/** Texts that {@link IsHttpUrl} accepts, nearly: for the JSON Schema. */
export const HTTP_URL_PATTERN = '^[hH][tT][tT][pP][sS]?://[^\\s/?#]+\\S*$';

function isHttpUrl(value: unknown): boolean {
  return typeof value === 'string' && new RegExp(HTTP_URL_PATTERN).test(value) && URL.canParse(value);
}
