import { type Archive } from './archive.js';
import { SELECT, SELECT_COLUMNS } from './storage/select.js';
import { type ArchiveName } from './studies/sketches.js';

/** Returns the configuration of an index without images, in the form that sites write. */
export function configurationText(database: string): string {
  return `# The demo archive: an SQLite file with its own tables, which the select below reads.
connector:
  config:
    demo:
      type: DB
      wado:
        authentication:
          basic:
            # Where the viewer would fetch the images. This archive has none: this address never exists (RFC 2606).
            url: http://images.demo.invalid/wado
${databaseText(database)}`;
}

/** Returns the configuration of the demo, with comments, as a start for one's own. */
export function siteConfiguration({ north, south, west }: Record<ArchiveName, Archive>): string {
  const { protocol, hostname, port } = new URL(west.dicomWebUrl);
  return `# The configuration of the demo. Copy it as a start for your own, and start the server with
#   CONNECTORS_CONFIG=connectors.yml npm start
# docs/configuration.md explains every key, and docs/recipes has configurations for common archives.

# Viewers may ask this server for all archives, by DICOMweb at /dicom-web and by WADO-URI at /wado (docs/dicomweb.md).
gateway:
  enabled: true
  browse: true

connector:
  # Searched if a request names no archive. Archive "closed" is left out, because it is down on purpose.
  # To see a partial answer, name it in a request: ?patientID=DEMO-1&archive=north,closed
  default: north, south, west
  config:
    # An archive that is searched in its database, by SQL.
    north:
      type: DB
      wado:
        authentication:
          # Images as they are stored: the archive does not decompress them.
          transfer-syntax-uid: '*'
          basic:
            # Where viewers fetch the images (WADO-URI). If the archive asks for a login, add login and password here.
            url: ${north.wadoUrl}
${databaseText(north.database)}
    # An archive that is searched by DICOM C-FIND.
    south:
      type: DICOM
      wado:
        authentication:
          transfer-syntax-uid: '*'
          basic:
            url: ${south.wadoUrl}
      dicom-connector:
        # The AE title of this server, which most archives have to know.
        calling-aet: CONNECTORS
        # The archive's AE title, host and port.
        aet: ${south.aeTitle}
        host: 127.0.0.1
        port: ${south.dicomPort}

    # An archive that is searched by DICOMweb QIDO-RS. Viewers fetch its images at the same address, by WADO-RS.
    west:
      type: DICOM_WEB
      dicom-web-connector:
        qido-rs:
          authentication:
            basic:
              server:
                url: ${protocol}//${hostname}
                port: ${port}
                context: dicom-web

    # An archive that is down on purpose: nothing listens at its port.
    closed:
      type: DICOM
      wado:
        authentication:
          basic:
            url: http://127.0.0.1:9/wado
      dicom-connector:
        calling-aet: CONNECTORS
        aet: CLOSED
        host: 127.0.0.1
        port: 9
`;
}

/** Returns the keys of a DB connector, as they are below its id. */
function databaseText(database: string): string {
  const columns = Object.entries(SELECT_COLUMNS).map(([key, column]) => `          ${key}: ${column}\n`);
  return `      db-connector:
        uri: ${JSON.stringify(`jdbc:sqlite:${database}`)}
        query:
          select: >-
            ${SELECT.replaceAll('\n', '\n            ')}
          # The columns that searches compare.
${columns.join('')}`;
}
