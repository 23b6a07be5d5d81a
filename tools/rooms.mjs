/**
 * The packages ("rooms"): for each, which of our packages it may import, and its floors, the highest first.
 *
 * A floor is a layer: it names folders of the package's `src`, and `.` means the files directly in `src`. A folder imports only
 * from floors below its own, so no two folders import each other. ESLint enforces `imports` (Nx's module boundaries), and
 * dependency-cruiser enforces `floors`.
 */
export const rooms = {
  'manifest-server': {
    imports: [
      'connector-core',
      'config-core',
      'connector-db',
      'connector-dicom',
      'connector-dicomweb',
      'manifest-builder',
      'dicomweb-service',
      'viewers',
      'oauth2-client',
      'tls-stores',
      'wado-client',
      'demo-archive',
    ],
    floors: [
      '.',
      'cli launch metrics gateway',
      'delivery health',
      'cache tracing cli/connect',
      'manifest',
      'search reload',
      'http retrieval watch lifecycle demo cli/import',
      'boot',
      'logging',
      'errors',
    ],
  },
  'connector-db': {
    imports: ['connector-core', 'config-core'],
    floors: [
      'nestjs',
      '.',
      'search',
      'engines/mssql engines/mysql engines/oracle engines/postgresql engines/sqlite',
      'engines',
      'sql',
      'jdbc rows',
      'errors',
    ],
  },
  'connector-dicom': {
    imports: ['connector-core', 'config-core', 'tls-stores'],
    floors: ['nestjs', '.', 'retrieve', 'search', 'text tls', 'dimse', 'errors'],
  },
  'connector-dicomweb': {
    imports: ['connector-core', 'config-core', 'oauth2-client', 'tls-stores', 'wado-client'],
    floors: ['nestjs', '.', 'search', 'http', 'json tls', 'errors'],
  },
  'demo-archive': {
    imports: ['connector-core', 'connector-testkit'],
    floors: ['.', 'dimse dicomweb', 'storage studies', 'dicom errors'],
  },
  'connector-testkit': { imports: ['connector-core'], floors: ['.', 'conformance', 'fixtures'] },
  'config-core': {
    imports: ['connector-core'],
    floors: ['nestjs', '.', 'schema', 'settings', 'reader', 'document values', 'errors'],
  },
  'manifest-builder': { imports: ['connector-core'], floors: ['.', 'join', 'arrange', 'model'] },
  'dicomweb-service': {
    imports: ['connector-core', 'manifest-builder'],
    floors: ['.', 'render qido', 'json join wado', 'part10'],
  },
  viewers: {
    imports: ['connector-core', 'config-core'],
    floors: ['nestjs', '.', 'weasis ohif slicer microdicom', 'address'],
  },
  'wado-client': { imports: ['connector-core', 'tls-stores'], floors: ['.', 'http'] },
  'oauth2-client': { imports: ['connector-core', 'tls-stores'], floors: ['.'] },
  'tls-stores': { imports: ['connector-core'], floors: ['.'] },
  'connector-core': { imports: [], floors: ['nestjs', '.', 'attributes text'] },
  'test-services': { imports: [], floors: ['.', 'weasis'] },
  'deploy-checks': { imports: [], floors: ['.'] },
  tools: { imports: [], floors: [] },
};
