/** One address of the server. */
export interface RouteDefinition {
  methods: ('GET' | 'POST')[];
  /** Below the context path; the first is the one that we tell people. */
  paths: string[];
  /** `archives`: answers hold patients' data, its caller matters. `operations`: for probes and operators, holds none. */
  concerns: 'archives' | 'operations';
  summary: string;
}

/**
 * Every address that the server answers: controllers take their paths from here, and 405 answers their methods. (The API's
 * description adds its own below `api`.)
 */
export const ROUTES = {
  manifest: {
    methods: ['GET'],
    paths: ['manifest'],
    concerns: 'archives',
    summary: 'The manifest of a search, or of an earlier launch',
  },
  display: {
    methods: ['GET', 'POST'],
    paths: ['display', 'display/auth', 'display/weasis', 'display/auth/weasis'],
    concerns: 'archives',
    summary: 'Opens what a search names in a viewer',
  },
  weasis: {
    methods: ['GET'],
    paths: ['weasis', 'viewer'],
    concerns: 'archives',
    summary: 'Older names of display: opens what a search names in a viewer',
  },
  invokeImageDisplay: {
    methods: ['GET', 'POST'],
    paths: ['IHEInvokeImageDisplay', 'display/IHEInvokeImageDisplay', 'display/auth/IHEInvokeImageDisplay'],
    concerns: 'archives',
    summary: 'Invoke Image Display (IHE RAD-106)',
  },
  upload: {
    methods: ['POST'],
    paths: ['weasis'],
    concerns: 'archives',
    summary: 'Opens a manifest that was built elsewhere',
  },
  live: {
    methods: ['GET'],
    paths: ['health/live'],
    concerns: 'operations',
    summary: 'Whether this process answers; no archive is looked at',
  },
  ready: {
    methods: ['GET'],
    paths: ['health/ready'],
    concerns: 'operations',
    summary: 'Whether requests can be served, and which configured connectors cannot',
  },
  startup: {
    methods: ['GET'],
    paths: ['health/startup'],
    concerns: 'operations',
    summary: 'Whether each archive has been looked at once',
  },
  connectorsHealth: {
    methods: ['GET'],
    paths: ['health/connectors'],
    concerns: 'operations',
    summary: 'What is known of every connector; 200 whatever it is',
  },
  connectorHealth: {
    methods: ['GET'],
    paths: ['health/connectors/:id'],
    concerns: 'operations',
    summary: 'What is known of one connector; 503 while it cannot be asked',
  },
  metrics: {
    methods: ['GET'],
    paths: ['metrics'],
    concerns: 'operations',
    summary: 'What is counted, for Prometheus',
  },
} satisfies Record<string, RouteDefinition>;

/**
 * The methods that a request's address answers; none if there is no such address.
 *
 * @param isServed whether the server has a route. The table also contains the routes of rooms that were left out.
 */
export function allowedMethods(
  url: string,
  contextPath: string,
  isServed: (route: { method: 'GET' | 'POST'; url: string }) => boolean,
): string[] {
  const path = normalPath(url);
  const routes: RouteDefinition[] = Object.values(ROUTES);
  const methods = routes.flatMap((route) => {
    const own = route.paths.map((one) => `${contextPath}/${one}`).find((one) => matches(path, one));
    return own === undefined ? [] : route.methods.filter((method) => isServed({ method, url: own }));
  });
  return methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
}

/** Whether `path` is `route`, in which `:name` stands for any one segment. */
function matches(path: string, route: string): boolean {
  const segments = path.split('/');
  const wanted = route.split('/');
  return segments.length === wanted.length && wanted.every((own, at) => own.startsWith(':') || own === segments[at]);
}

/** The path of a URL as the router compares it: without doubled and trailing slashes. */
function normalPath(url: string): string {
  const path = url.replace(/[?#].*$/s, '').replace(/\/{2,}/g, '/');
  return path.length > 1 ? path.replace(/\/$/, '') : path;
}
