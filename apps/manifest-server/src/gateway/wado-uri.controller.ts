import { Controller, Req, Res, UseGuards } from '@nestjs/common';
import { isUid } from '@pacs-connectors/connector-core';
import {
  bufferSource,
  type ByteSource,
  canDecode,
  explicitLittleEndian,
  imageDescription,
  readPart10,
  renderedJpeg,
  type RenderOptions,
  TransferSyntax,
} from '@pacs-connectors/dicomweb-service';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { codes } from '../errors/error-codes.js';
import { BadParameters, type ParameterError } from '../http/bad-parameters.js';
import { parametersOfUrl } from '../http/query-string.js';
import { Route } from '../http/route.js';
import { GatewayEnabled } from './gateway-enabled.guard.js';
import { noImage, notAcceptable, retrievalProblem } from './gateway-problems.js';
import { gatewayRequest } from './gateway-request.js';
import { type StoredInstance } from './instance-store.js';
import { RequestedImages } from './requested-images.service.js';
import { sendFile } from './send-file.js';

const DICOM = 'application/dicom';
const JPEG = 'image/jpeg';

/** Sends instances by WADO-URI (PS3.18 9), for viewers that know no other service. */
@Controller()
@UseGuards(GatewayEnabled)
export class WadoUriController {
  constructor(private readonly images: RequestedImages) {}

  @Route('wado')
  async wado(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const wanted = gatewayRequest(request, reply);
    const { study, series, instance, contentTypes, transferSyntax, options } = readWado(request);
    try {
      const path = { ...wanted.path, study, series, instance };
      const found =
        study === undefined
          ? await this.images.ofInstance(wanted, instance)
          : await this.images.first((await this.images.of({ ...wanted, path })).instances);
      const part10 = await readPart10(found.file);
      // Without a content type, images come as JPEG (PS3.18 9.1.2.2.1).
      const types = contentTypes.length > 0 ? contentTypes : [imageDescription(part10) ? JPEG : DICOM];
      for (const type of types) {
        if (type === DICOM || type === '*/*') {
          const { file, transferSyntaxUid } = await inTransferSyntax(found, transferSyntax);
          const etag = `${found.etag}-${transferSyntaxUid}`;
          return sendFile(request, reply, { file, type: DICOM, etag });
        }
        if (type !== JPEG && type !== 'image/*') continue;
        const jpeg = await renderedJpeg(part10, options);
        if (!jpeg) throw noImage();
        const etag = `${found.etag}-${Buffer.from(JSON.stringify(options)).toString('base64url')}`;
        return sendFile(request, reply, { file: bufferSource(jpeg), type: JPEG, etag });
      }
      throw notAcceptable(`The instance is available as ${DICOM} and ${JPEG}. Add one of them to contentType.`);
    } catch (error) {
      throw retrievalProblem(error);
    }
  }
}

interface WadoUri {
  study?: string;
  series?: string;
  instance: string;
  contentTypes: string[];
  transferSyntax?: string;
  options: RenderOptions;
}

/** @throws BadParameters */
function readWado(request: FastifyRequest): WadoUri {
  const { parameters } = parametersOfUrl(request.raw.url ?? '');
  const given = new Map(parameters.filter(([, value]) => value !== ''));
  const errors: ParameterError[] = [];
  if (given.get('requestType') !== 'WADO') errors.push({ parameter: 'requestType', detail: 'must be WADO' });
  if (!given.has('objectUID'))
    errors.push({ parameter: 'objectUID', code: codes['server.parameter.missing'], detail: 'is missing' });
  for (const name of ['studyUID', 'seriesUID', 'objectUID'])
    if (given.has(name) && !isUid(given.get(name)!))
      errors.push({
        parameter: name,
        code: codes['server.parameter.not-a-uid'],
        detail: 'is not a UID; expected 1 to 64 digits and dots',
      });
  const number = (name: string, from: number, to: number): number | undefined => {
    const text = given.get(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (Number.isFinite(value) && value >= from && value <= to) return value;
    errors.push({ parameter: name, detail: `is not a number from ${from} to ${to}` });
    return undefined;
  };
  const [center, width] = [number('windowCenter', -1e9, 1e9), number('windowWidth', 1, 1e9)];
  const [rows, columns] = [number('rows', 1, 4096), number('columns', 1, 4096)];
  const options: RenderOptions = {
    frame: number('frameNumber', 1, 1e9) ?? 1,
    ...(center !== undefined && width !== undefined && { window: { center, width } }),
    ...((rows ?? columns) !== undefined && { viewport: { width: columns ?? 4096, height: rows ?? 4096 } }),
    quality: number('imageQuality', 1, 100),
  };
  if (errors.length > 0) throw new BadParameters(errors);
  return {
    study: given.get('studyUID'),
    series: given.get('seriesUID'),
    instance: given.get('objectUID')!,
    contentTypes: (given.get('contentType') ?? '')
      .split(',')
      .map((type) => type.replace(/;.*/s, '').trim().toLowerCase())
      .filter((type) => type !== ''),
    transferSyntax: given.get('transferSyntax'),
    options,
  };
}

/** Returns an instance as it is stored, or in Explicit VR Little Endian. Other transfer syntaxes are answered by the stored one. */
async function inTransferSyntax(
  { file, transferSyntaxUid }: StoredInstance,
  wanted: string | undefined,
): Promise<{ file: ByteSource; transferSyntaxUid: string }> {
  const isOther = wanted === TransferSyntax.explicitLittleEndian && wanted !== transferSyntaxUid;
  if (!isOther || !canDecode(transferSyntaxUid)) return { file, transferSyntaxUid };
  return { file: bufferSource(await explicitLittleEndian(await readPart10(file))), transferSyntaxUid: wanted };
}
