import { Controller, Req, Res, UseGuards } from '@nestjs/common';
import {
  bufferSource,
  bulkData,
  bytesOf,
  type ByteSource,
  canDecode,
  dicomJson,
  explicitLittleEndian,
  includes,
  instanceForm,
  type InstanceForm,
  type JsonDataSet,
  parseAccept,
  type Part,
  readPart10,
  TransferSyntax,
} from '@pacs-connectors/dicomweb-service';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { PublicAddress } from '../http/public-address.service.js';
import { Route } from '../http/route.js';
import { GatewayEnabled } from './gateway-enabled.guard.js';
import { frameUnknown, notAcceptable, retrievalProblem } from './gateway-problems.js';
import { gatewayRequest, type ResourcePath } from './gateway-request.js';
import { type StoredInstance } from './instance-store.js';
import { RequestedImages } from './requested-images.service.js';
import { requireJson } from './search.controller.js';
import { sendFile } from './send-file.js';
import { sendJson } from './send-json.js';
import { sendMultipart } from './send-multipart.js';
import { Warnings } from './warnings.js';

const DICOM = 'application/dicom';

/** Sends instances, their metadata and their bulk data by WADO-RS (PS3.18 10.4). */
@Controller()
@UseGuards(GatewayEnabled)
export class RetrieveController {
  constructor(
    private readonly images: RequestedImages,
    private readonly address: PublicAddress,
  ) {}

  @Route('retrieve')
  async instances(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const wanted = gatewayRequest(request, reply);
    const form = instanceForm(parseAccept(request.headers.accept));
    if (!form) throw notAcceptable(`The answer is available as multipart/related; type="${DICOM}". Add it to Accept.`);
    try {
      const { instances, notices } = await this.images.of(wanted);
      const warnings = new Warnings();
      warnings.addNotices(notices);
      warnings.setHeaders(reply);
      const base = `${this.address.of(request)}/dicom-web`;
      if (form.multipart || wanted.path.instance === undefined) {
        await sendMultipart(reply, parts(instances, form, base, wanted.path), DICOM, wanted.signal);
        return;
      }
      const instance = await this.images.first(instances);
      const { file, transferSyntaxUid } = await inForm(instance, form);
      const etag = file === instance.file ? instance.etag : `${instance.etag}-${transferSyntaxUid}`;
      sendFile(request, reply, { file, type: `${DICOM}; transfer-syntax=${transferSyntaxUid}`, etag });
    } catch (error) {
      throw retrievalProblem(error);
    }
  }

  @Route('metadata')
  async metadata(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const wanted = gatewayRequest(request, reply);
    requireJson(request);
    const base = `${this.address.of(request)}/dicom-web`;
    try {
      const { instances, notices } = await this.images.of(wanted);
      const json: JsonDataSet[] = [];
      for await (const { study, series, instance } of instances) {
        const address = instanceAddress(base, wanted.path, { study, series, instance: instance.sopInstanceUid });
        const bulkDataUri = (path: string) => `${address}/bulkdata/${path}`;
        const data = dicomJson(await readPart10(instance.file), { bulkDataUri });
        // Viewers learn by it how frames are stored.
        data['00083002'] = { vr: 'UI', Value: [instance.transferSyntaxUid] };
        json.push(data);
      }
      if (wanted.signal.aborted) return;
      const warnings = new Warnings();
      warnings.addNotices(notices);
      warnings.setHeaders(reply);
      await sendJson(request, reply, json);
    } catch (error) {
      throw retrievalProblem(error);
    }
  }

  @Route('bulkData')
  async bulkData(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const wanted = gatewayRequest(request, reply);
    const ranges = parseAccept(request.headers.accept);
    const type = 'application/octet-stream';
    const form = ranges.find((range) => includes(range.part ?? range.type, type));
    if (!form) throw notAcceptable(`The answer is available as ${type}. Add it to Accept.`);
    try {
      const { instances } = await this.images.of(wanted);
      const instance = await this.images.first(instances);
      const { path = '' } = wanted.path;
      const file = await bulkData(await readPart10(instance.file), path);
      if (!file)
        throw frameUnknown('The instance has no bulk data at this address. Its metadata contain the addresses.');
      if (form.part === undefined) {
        sendFile(request, reply, { file, type, etag: `${instance.etag}-${path}` });
        return;
      }
      await sendMultipart(reply, single(file, type), type, wanted.signal);
    } catch (error) {
      throw retrievalProblem(error);
    }
  }
}

/** Returns the address of an instance, at the address of the request: of all archives, or of one. */
export function instanceAddress(
  base: string,
  { archive }: ResourcePath,
  { study, series, instance }: { study: string; series: string; instance: string },
): string {
  const root = archive === undefined ? base : `${base}/${encodeURIComponent(archive)}`;
  return `${root}/studies/${study}/series/${series}/instances/${instance}`;
}

async function* parts(
  instances: AsyncIterable<{ study: string; series: string; instance: StoredInstance }>,
  form: InstanceForm,
  base: string,
  path: ResourcePath,
): AsyncGenerator<Part> {
  for await (const { study, series, instance } of instances) {
    const { file, transferSyntaxUid } = await inForm(instance, form);
    yield {
      type: `${DICOM}; transfer-syntax=${transferSyntaxUid}`,
      location: instanceAddress(base, path, { study, series, instance: instance.sopInstanceUid }),
      length: file.length,
      content: bytesOf(file),
    };
  }
}

async function* single(file: ByteSource, type: string): AsyncGenerator<Part> {
  yield { type, length: file.length, content: bytesOf(file) };
}

/**
 * Returns an instance in the first transfer syntax of the client in which it is available: the stored one, or Explicit VR Little
 * Endian.
 *
 * @throws ProblemError 406
 */
async function inForm(
  { file, transferSyntaxUid }: StoredInstance,
  { transferSyntaxes }: InstanceForm,
): Promise<{ file: ByteSource; transferSyntaxUid: string }> {
  for (const wanted of transferSyntaxes) {
    if (wanted === '*' || wanted === transferSyntaxUid) return { file, transferSyntaxUid };
    if (wanted === TransferSyntax.explicitLittleEndian && canDecode(transferSyntaxUid))
      return { file: bufferSource(await explicitLittleEndian(await readPart10(file))), transferSyntaxUid: wanted };
  }
  throw notAcceptable(
    `The instance is available with the transfer syntax ${transferSyntaxUid}${canDecode(transferSyntaxUid) ? ` or ${TransferSyntax.explicitLittleEndian}` : ''}. Add one of them or * to Accept.`,
  );
}
