import { type RenderOptions } from '@pacs-connectors/dicomweb-service';
import { BadParameters, type ParameterError } from '../http/bad-parameters.js';
import { type Parameter } from '../http/query-string.js';

/** The largest side of a rendered image, pixels. */
const MAX_SIDE = 4096;

/**
 * Reads `window`, `viewport` and `quality` of a rendered image (PS3.18 8.3.5).
 *
 * @throws BadParameters
 */
export function readRenderOptions(parameters: readonly Parameter[]): Partial<RenderOptions> {
  const options: Partial<RenderOptions> = {};
  const errors: ParameterError[] = [];
  for (const [name, value] of parameters) {
    if (name === 'window') {
      const [center, width, shape = 'linear', ...rest] = value.split(',').map((one) => one.trim());
      if (isNumber(center) && isNumber(width) && Number(width) >= 1 && /^linear$/i.test(shape) && rest.length === 0)
        options.window = { center: Number(center), width: Number(width) };
      else errors.push({ parameter: name, detail: 'is not center,width or center,width,linear, with a width from 1' });
    } else if (name === 'viewport') {
      const [width, height] = value.split(',').map(Number);
      if (isSide(width) && isSide(height)) options.viewport = { width, height };
      else errors.push({ parameter: name, detail: `is not width,height, each a whole number from 1 to ${MAX_SIDE}` });
    } else if (name === 'quality') {
      if (/^([1-9]\d?|100)$/.test(value)) options.quality = Number(value);
      else errors.push({ parameter: name, detail: 'is not a whole number from 1 to 100' });
    }
  }
  if (errors.length > 0) throw new BadParameters(errors);
  return options;
}

function isNumber(text: string | undefined): boolean {
  return text !== undefined && text !== '' && Number.isFinite(Number(text));
}

function isSide(side: number | undefined): side is number {
  return side !== undefined && Number.isInteger(side) && side >= 1 && side <= MAX_SIDE;
}
