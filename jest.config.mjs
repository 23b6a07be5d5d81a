/** One configuration for every package: sources are resolved by the `@pacs-connectors/source` export condition, so no build is needed. */
export default {
  testMatch: ['<rootDir>/{packages,apps,tools}/*/src/**/*.spec.ts'],
  modulePathIgnorePatterns: ['<rootDir>/(packages|apps|tools)/[^/]+/dist/', '<rootDir>/.nx/'],
  testEnvironmentOptions: { customExportConditions: ['@pacs-connectors/source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        },
        module: { type: 'es6' },
      },
    ],
  },
  // Ends what hangs, and nothing else: how long work takes is up to the machine. No test or hook has a limit of its own (eslint.config.mjs).
  testTimeout: 1_200_000,
};
