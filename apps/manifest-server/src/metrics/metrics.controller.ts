import { Controller, Req, Res } from '@nestjs/common';
import { ApiProduces, ApiResponse } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import { Route } from '../http/route.js';
import { Metrics } from './metrics.service.js';

const PROMETHEUS = 'text/plain; version=0.0.4';
const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0';

/** Answers scrapes of Prometheus. */
@Controller()
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Route('metrics')
  @ApiProduces(PROMETHEUS, OPEN_METRICS)
  @ApiResponse({ status: 200, description: 'All metrics, in the format that `Accept` prefers' })
  async read(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const { prometheus, openMetrics } = this.metrics;
    const wanted = new Negotiator(request.raw).mediaType([PROMETHEUS, OPEN_METRICS]);
    const registry = wanted === OPEN_METRICS ? openMetrics : prometheus;
    const text = await registry.metrics();
    void reply.header('cache-control', 'no-store').type(registry.contentType);
    return text;
  }
}
