import { applyDecorators, Get, Post, SetMetadata } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { type RouteDefinition, ROUTES } from './routes.js';

/** The metadata key of a handler's {@link RouteDefinition}. */
export const ROUTE = 'pacs-connectors:route';

/** Makes a controller's method the handler of a route of {@link ROUTES}. Guards find the route as its metadata. */
export function Route(name: keyof typeof ROUTES, method: RouteDefinition['methods'][number] = 'GET'): MethodDecorator {
  const route: RouteDefinition = ROUTES[name];
  const map = method === 'GET' ? Get : Post;
  return applyDecorators(map(route.paths), SetMetadata(ROUTE, route), ApiOperation({ summary: route.summary }));
}
