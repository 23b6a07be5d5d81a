/** One address of the server. */
export interface RouteDefinition {
  methods: ('GET' | 'POST')[];
  /** Below the context path. The first is the documented one. */
  paths: string[];
  /** `archives`: answers contain patients' data, so `hosts.allow` applies. `operations`: for probes and operators. */
  concerns: 'archives' | 'operations';
  summary: string;
}

const SERIES = 'studies/:study/series/:series';
const INSTANCE = `${SERIES}/instances/:instance`;

/** Returns the addresses of a DICOMweb resource: of all archives, and of one. */
function dicomWeb(...resources: string[]): string[] {
  return resources.flatMap((resource) => [`dicom-web/${resource}`, `dicom-web/:archive/${resource}`]);
}

/**
 * The addresses of the server. Controllers take their paths from here, and a 405 lists their methods. The API description has
 * its own addresses below `api`.
 */
export const ROUTES = {
  manifest: {
    methods: ['GET'],
    paths: ['manifest'],
    concerns: 'archives',
    summary: 'The manifest of a search or of a launch',
  },
  display: {
    methods: ['GET', 'POST'],
    paths: ['display', 'display/auth', 'display/weasis', 'display/auth/weasis'],
    concerns: 'archives',
    summary: 'Opens the results of a search in a viewer',
  },
  weasis: {
    methods: ['GET'],
    paths: ['weasis', 'viewer'],
    concerns: 'archives',
    summary: 'Older names of display: opens the results of a search in a viewer',
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
    summary: 'Opens an uploaded manifest',
  },
  searchStudies: {
    methods: ['GET'],
    paths: dicomWeb('studies'),
    concerns: 'archives',
    summary: 'Searches for studies (QIDO-RS)',
  },
  searchSeries: {
    methods: ['GET'],
    paths: dicomWeb('series', 'studies/:study/series'),
    concerns: 'archives',
    summary: 'Searches for series (QIDO-RS)',
  },
  searchInstances: {
    methods: ['GET'],
    paths: dicomWeb('instances', 'studies/:study/instances', 'studies/:study/series/:series/instances'),
    concerns: 'archives',
    summary: 'Searches for instances (QIDO-RS)',
  },
  retrieve: {
    methods: ['GET'],
    paths: dicomWeb('studies/:study', SERIES, INSTANCE),
    concerns: 'archives',
    summary: 'Retrieves a study, series or instance as DICOM files (WADO-RS)',
  },
  metadata: {
    methods: ['GET'],
    paths: dicomWeb('studies/:study/metadata', `${SERIES}/metadata`, `${INSTANCE}/metadata`),
    concerns: 'archives',
    summary: 'Retrieves the attributes of a study, series or instance (WADO-RS)',
  },
  frames: {
    methods: ['GET'],
    paths: dicomWeb(`${INSTANCE}/frames/:frames`),
    concerns: 'archives',
    summary: 'Retrieves frames of an instance (WADO-RS)',
  },
  bulkData: {
    methods: ['GET'],
    paths: dicomWeb(`${INSTANCE}/bulkdata/:path`),
    concerns: 'archives',
    summary: 'Retrieves a value that the metadata of an instance refer to (WADO-RS)',
  },
  rendered: {
    methods: ['GET'],
    paths: dicomWeb(`${INSTANCE}/rendered`, `${INSTANCE}/frames/:frames/rendered`),
    concerns: 'archives',
    summary: 'Retrieves a frame as JPEG (WADO-RS)',
  },
  thumbnail: {
    methods: ['GET'],
    paths: dicomWeb(
      'studies/:study/thumbnail',
      `${SERIES}/thumbnail`,
      `${INSTANCE}/thumbnail`,
      `${INSTANCE}/frames/:frames/thumbnail`,
    ),
    concerns: 'archives',
    summary: 'Retrieves a small JPEG (WADO-RS)',
  },
  wado: {
    methods: ['GET'],
    paths: ['wado', 'wado/:archive'],
    concerns: 'archives',
    summary: 'Retrieves an instance (WADO-URI)',
  },
  live: {
    methods: ['GET'],
    paths: ['health/live'],
    concerns: 'operations',
    summary: 'Whether this process responds. It does not depend on archives',
  },
  ready: {
    methods: ['GET'],
    paths: ['health/ready'],
    concerns: 'operations',
    summary: 'Whether the server can serve requests, and which connectors cannot be used',
  },
  startup: {
    methods: ['GET'],
    paths: ['health/startup'],
    concerns: 'operations',
    summary: 'Whether each archive has been checked once',
  },
  connectorsHealth: {
    methods: ['GET'],
    paths: ['health/connectors'],
    concerns: 'operations',
    summary: 'The state of every connector; always 200',
  },
  connectorHealth: {
    methods: ['GET'],
    paths: ['health/connectors/:id'],
    concerns: 'operations',
    summary: 'The state of one connector; 503 while it cannot be searched',
  },
  metrics: {
    methods: ['GET'],
    paths: ['metrics'],
    concerns: 'operations',
    summary: 'Metrics for Prometheus',
  },
} satisfies Record<string, RouteDefinition>;

/**
 * Returns the methods of a request's address; none if there is no such address.
 *
 * @param isServed whether the server has a route. The table also contains the routes of rooms that are left out.
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

/** Whether `path` matches `route`, in which `:name` is any one segment. */
function matches(path: string, route: string): boolean {
  const segments = path.split('/');
  const wanted = route.split('/');
  return segments.length === wanted.length && wanted.every((own, at) => own.startsWith(':') || own === segments[at]);
}

/** Returns the path of a URL as the router compares it: without repeated and trailing slashes. */
function normalPath(url: string): string {
  const path = url.replace(/[?#].*$/s, '').replace(/\/{2,}/g, '/');
  return path.length > 1 ? path.replace(/\/$/, '') : path;
}
