import { Controller, Req, Res, UseGuards } from '@nestjs/common';
import {
  bufferSource,
  bytesOf,
  canDecode,
  decodeFrame,
  type FrameForm,
  frameForms,
  frameMediaType,
  frameRanges,
  type FrameRanges,
  imageDescription,
  type ImageDescription,
  includes,
  isNative,
  parseAccept,
  type Part,
  type Part10,
  readFrame,
  readPart10,
  renderedJpeg,
  type RenderOptions,
  TransferSyntax,
} from '@pacs-connectors/dicomweb-service';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { BadParameters } from '../http/bad-parameters.js';
import { parametersOfUrl } from '../http/query-string.js';
import { Route } from '../http/route.js';
import { GatewayEnabled } from './gateway-enabled.guard.js';
import { frameUnknown, noImage, notAcceptable, retrievalProblem } from './gateway-problems.js';
import { gatewayRequest } from './gateway-request.js';
import { readRenderOptions } from './render-options.js';
import { RequestedImages } from './requested-images.service.js';
import { sendFile } from './send-file.js';
import { sendMultipart } from './send-multipart.js';

const OCTETS = 'application/octet-stream';
const JPEG = 'image/jpeg';
/** The size of a thumbnail if the request states none, pixels. */
const THUMBNAIL = { width: 256, height: 256 };

/** Sends frames as they are stored or decoded, and as JPEG, by WADO-RS (PS3.18 10.4). */
@Controller()
@UseGuards(GatewayEnabled)
export class FramesController {
  constructor(private readonly images: RequestedImages) {}

  @Route('frames')
  async frames(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const wanted = gatewayRequest(request, reply);
    const numbers = frameNumbers(wanted.path.frames);
    try {
      const { instances } = await this.images.of(wanted);
      const { file, etag, transferSyntaxUid } = await this.images.first(instances);
      const part10 = await readPart10(file);
      const image = imageDescription(part10);
      if (!image) throw noImage();
      requireFrames(numbers, image);
      const form = chosenForm(frameForms(parseAccept(request.headers.accept)), transferSyntaxUid);
      if (!form) throw notAcceptable(formsText(transferSyntaxUid));
      const ranges = await frameRanges(part10, image);
      const type = `${form.type}; transfer-syntax=${form.transferSyntax}`;
      const frames = framesOf({ part10, image, ranges, numbers, isDecoded: form.isDecoded, type });
      if (form.multipart || numbers.length > 1) return await sendMultipart(reply, frames, form.type, wanted.signal);
      for await (const { content } of frames) {
        const bytes: Buffer[] = [];
        for await (const chunk of content) bytes.push(chunk);
        const tag = `${etag}-${numbers[0]}-${form.transferSyntax}`;
        sendFile(request, reply, { file: bufferSource(Buffer.concat(bytes)), type, etag: tag });
      }
    } catch (error) {
      throw retrievalProblem(error);
    }
  }

  @Route('rendered')
  rendered(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.render(request, reply);
  }

  @Route('thumbnail')
  thumbnail(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.render(request, reply, THUMBNAIL);
  }

  private async render(
    request: FastifyRequest,
    reply: FastifyReply,
    viewport?: RenderOptions['viewport'],
  ): Promise<void> {
    const wanted = gatewayRequest(request, reply);
    const [frame = 1] = frameNumbers(wanted.path.frames ?? '1');
    const { parameters } = parametersOfUrl(request.raw.url ?? '');
    const options = { frame, viewport, ...readRenderOptions(parameters) };
    if (!parseAccept(request.headers.accept).some(({ type, part }) => includes(part ?? type, JPEG)))
      throw notAcceptable(`The answer is available as ${JPEG}. Add it to Accept.`);
    try {
      const instance = await this.images.representative(wanted);
      const jpeg = await renderedJpeg(await readPart10(instance.file), options);
      if (!jpeg) throw noImage();
      sendFile(request, reply, {
        file: bufferSource(jpeg),
        type: JPEG,
        etag: `${instance.etag}-${Buffer.from(JSON.stringify(options)).toString('base64url')}`,
      });
    } catch (error) {
      throw retrievalProblem(error);
    }
  }
}

/** @throws BadParameters unless it is a list of numbers from 1 */
function frameNumbers(list = ''): number[] {
  const numbers = list.split(',').map((one) => (/^[1-9]\d{0,8}$/.test(one.trim()) ? Number(one) : undefined));
  if (numbers.length > 0 && numbers.every((number) => number !== undefined)) return numbers;
  throw new BadParameters([
    { parameter: 'frames', detail: 'in the address is not a list of frame numbers from 1, separated by commas' },
  ]);
}

function requireFrames(numbers: readonly number[], { frames }: ImageDescription): void {
  if (numbers.every((number) => number <= frames)) return;
  throw frameUnknown(`The instance has ${frames === 1 ? '1 frame' : `${frames} frames`}. Request numbers up to that.`);
}

/** Returns the first form that is available: frames as they are stored, or uncompressed. */
function chosenForm(
  forms: readonly FrameForm[],
  stored: string,
): { type: string; transferSyntax: string; isDecoded: boolean; multipart: boolean } | undefined {
  // Uncompressed frames are always little endian.
  const native = isNative(stored) ? TransferSyntax.explicitLittleEndian : stored;
  for (const { type, transferSyntax, multipart } of forms) {
    const isStored = transferSyntax === '*' || transferSyntax === native || transferSyntax === stored;
    // Octets of the stored form keep their type, since clients look for it.
    if (isStored && (type === '*' || type === OCTETS || type === frameMediaType(native)))
      return {
        type: type === '*' ? frameMediaType(native) : type,
        transferSyntax: native,
        isDecoded: false,
        multipart,
      };
    const isWanted = transferSyntax === TransferSyntax.explicitLittleEndian;
    if ((type === '*' || type === OCTETS) && isWanted && canDecode(stored))
      return { type: OCTETS, transferSyntax, isDecoded: true, multipart };
  }
  return undefined;
}

function formsText(stored: string): string {
  const types = isNative(stored) ? [OCTETS] : [frameMediaType(stored), ...(canDecode(stored) ? [OCTETS] : [])];
  return `The frames are available as multipart/related with the types ${types.join(' and ')}. Add one of them to Accept.`;
}

async function* framesOf({
  part10,
  image,
  ranges,
  numbers,
  isDecoded,
  type,
}: {
  part10: Part10;
  image: ImageDescription;
  ranges: readonly FrameRanges[];
  numbers: readonly number[];
  isDecoded: boolean;
  type: string;
}): AsyncGenerator<Part> {
  for (const number of numbers) {
    const stored = await readFrame(part10.source, ranges[number - 1] ?? []);
    const bytes = isDecoded
      ? (await decodeFrame(stored, part10.transferSyntaxUid, image)).pixels
      : inLittleEndian(stored, part10, image);
    yield { type, length: bytes.length, content: bytesOf(bufferSource(bytes)) };
  }
}

function inLittleEndian(frame: Buffer, { encoding }: Part10, { bitsAllocated }: ImageDescription): Buffer {
  if (!encoding.bigEndian || bitsAllocated < 16) return frame;
  const copy = Buffer.from(frame);
  return bitsAllocated === 16 ? copy.swap16() : copy.swap32();
}
