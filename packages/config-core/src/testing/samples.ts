import { IsDefined, IsIn, IsInt, IsOptional, Matches, Max, MaxLength, Min } from 'class-validator';
import { checkConfiguration, type LoadedConfiguration } from '../check.js';
import { type KnownPlugin } from '../settings/known-plugin.js';
import { type ConfigurationSource, readConfiguration } from '../read-configuration.js';
import { type Environment } from '../values/environment.js';
import { renderProblem } from '../document/problems.js';
import { Setting } from '../reader/setting.js';
import { OAuth2Clients } from '../settings/oauth2-clients.js';
import { sampleViewers } from './sample-viewers.js';

// Settings classes like those of the archive languages, whose packages this one must not import.

export class SampleQuery {
  @Setting({ paths: ['select'], description: "The site's own SQL" })
  @IsDefined()
  select!: string;

  @Setting({ paths: ['patient-id-column'], description: 'Expression of the Patient ID' })
  patientIdColumn?: string;
}

export class SampleDatabase {
  @Setting({ paths: ['db-connector.uri'], description: 'JDBC URL' })
  @IsDefined()
  @Matches(/^jdbc:/)
  uri!: string;

  @Setting({ paths: ['db-connector.user'], description: 'User' })
  user?: string;

  @Setting({ paths: ['db-connector.password'], description: 'Password', secret: true })
  password?: string;

  @Setting({ paths: ['db-connector.query'], description: 'The query', type: () => SampleQuery })
  @IsDefined()
  query!: SampleQuery;
}

export class SamplePeer {
  @Setting({ paths: ['calling-aet'], description: 'Our AE title' })
  @IsDefined()
  callingAet!: string;

  @Setting({ paths: ['aet'], description: 'AE title of the peer' })
  @IsDefined()
  aet!: string;

  @Setting({ paths: ['host'], description: 'Host of the peer' })
  @IsDefined()
  host!: string;

  @Setting({ paths: ['port'], description: 'Port of the peer', kind: 'integer' })
  @IsInt()
  @Min(1)
  @Max(65_535)
  port!: number;
}

export class SampleDicom {
  @Setting({
    paths: ['dicom-connector.dimse', 'dicom-connector'],
    description: 'The peer',
    type: () => SamplePeer,
  })
  @IsDefined()
  peer!: SamplePeer;

  @Setting({ paths: ['dicom-connector.relational'], description: 'Relational queries' })
  @IsOptional()
  @IsIn(['auto', 'on', 'off'])
  relational?: string;

  @Setting({ paths: ['dicom-connector.label'], description: 'A short text' })
  @IsOptional()
  @MaxLength(8)
  label?: string;
}

export class SampleDicomWeb {
  @Setting({ paths: ['dicom-web-connector.qido-rs.authentication.oauth2.oidc-id'], description: 'Registration' })
  @IsOptional()
  oidcId?: string;

  @Setting({ paths: ['/connector.dicom-web-level-limit'], description: 'Depth', values: ['STUDY', 'SERIE'] })
  levelLimit?: string;

  @Setting({ paths: ['/spring.security.oauth2.client'], description: 'Clients', type: () => OAuth2Clients })
  clients?: OAuth2Clients;
}

export const samplePlugins: KnownPlugin[] = [
  { type: 'DB', settings: SampleDatabase },
  { type: 'DICOM', settings: SampleDicom },
  { type: 'DICOM_WEB', settings: SampleDicomWeb },
];

/** Returns the checked configuration of these YAML texts, which are named `1.yml`, `2.yml`, and so on. */
export async function load(yaml: string | string[], env: Environment = {}): Promise<LoadedConfiguration> {
  const sources: ConfigurationSource[] = [yaml].flat().map((text, index) => ({ name: `${index + 1}.yml`, text }));
  return checkConfiguration(await readConfiguration(sources, env), samplePlugins, sampleViewers);
}

/** Returns the problems of these YAML texts, one line each. */
export async function problemsOf(yaml: string | string[], env: Environment = {}): Promise<string[]> {
  return (await load(yaml, env)).problems.map((problem) => `${problem.severity} ${renderProblem(problem)}`);
}

/** Returns a connector of type `DICOM` named `pacs`, with `more` lines in it (indented by 6). */
export function dicomConnector(more = '', port = '104'): string {
  return `connector:
  config:
    pacs:
      type: DICOM
      wado.authentication.basic.url: http://pacs.example/wado
      dicom-connector: { calling-aet: US, aet: THEM, host: pacs.example, port: ${port} }
${more}`;
}
