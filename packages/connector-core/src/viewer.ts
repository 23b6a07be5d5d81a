import { type IdentifierKind, type SearchCriteria } from './criteria.js';
import { firstByName } from './first-by-name.js';

/** A program that shows images. A package implements this contract to add a viewer. */
export interface Viewer<Settings extends object = object> {
  /**
   * The value of the parameter `viewer` that selects it, in upper case with underscores: `MY_VIEWER`. Its settings have the key
   * {@link viewerKey} makes of the name: `my-viewer`.
   */
  readonly name: string;
  /** Its name for people: `3D Slicer`. */
  readonly title: string;
  /** Where people get it, or read about it. */
  readonly website: string;
  /** Whether it runs in the browser, so that nothing has to be installed. */
  readonly inBrowser?: boolean;
  /** The class of its settings, declared with config-core's `@Setting` and class-validator. */
  readonly settings: new () => Settings;
  /** A key below its own that it needs, such as `server.url`. Left out if it works without settings. */
  readonly requiredKey?: string;
  /** Which launches it can open. */
  readonly support: ViewerSupport;
  /**
   * Returns the address that opens the launch in the viewer.
   *
   * @throws LaunchError if the viewer cannot open what the request names.
   * @throws ConnectorError if an archive that is needed for the address fails.
   */
  open(launch: ViewerLaunch, settings: Settings): string | Promise<string>;
}

/** Which launches a viewer can open. The server rejects others with 400, and rules do not choose the viewer for them. */
export interface ViewerSupport {
  /** Whether a launch may search several archives. */
  readonly severalArchives: boolean;
  /** Kinds of identifiers that a launch may have. By default all: the server looks up studies for the viewer. */
  readonly identifiers?: readonly IdentifierKind[];
  /** Whether a launch may have filters. */
  readonly filters: boolean;
  /** Whether it opens manifests of this server, also uploaded ones. */
  readonly manifests?: boolean;
  /** Whether it can search an archive itself on request (`launch=rs`). */
  readonly direct?: boolean;
  /** Whether it needs the DICOMweb address of the archive, so that only DICOMweb archives can be opened. */
  readonly dicomWeb?: boolean;
}

/** One launch, and what the server does for it. */
export interface ViewerLaunch {
  readonly criteria: SearchCriteria;
  /** What the caller passes to the viewer. */
  readonly parameters: ViewerParameters;
  /** The request asks the viewer to search the archive itself (`launch=rs`). */
  readonly direct: boolean;
  readonly manifest: LaunchManifest;
  /**
   * Returns the ids of all archives that the launch searches, also of those with a configuration error.
   *
   * @throws LaunchError if one of them does not allow searches by an identifier of the launch.
   */
  archiveIds(): string[];
  /**
   * Returns the id of the only archive that the launch searches.
   *
   * @param subject what opens one archive only, for the message. By default, the viewer's title.
   * @throws LaunchError if it is not exactly one, or it does not allow searches by an identifier of the launch.
   */
  archiveId(subject?: string): string;
  /**
   * Returns the Study Instance UIDs of the launch, at least one. The server searches the archive unless the launch names
   * nothing but studies.
   */
  studies(archiveId: string): Promise<string[]>;
  /** Returns the caller's token if the images of this archive are retrieved with one. */
  bearerToken(archiveId: string): string | undefined;
  /**
   * Returns where the viewer can search an archive by DICOMweb.
   *
   * @param subject what needs the address, for the message. By default, the viewer's title.
   * @throws LaunchError if it is not a DICOMweb archive, or its images need a login or headers.
   * @throws ConnectorError if the archive's token cannot be obtained.
   */
  dicomWeb(archiveId: string, subject?: string): Promise<DicomWebAddress>;
}

/** Values that the caller passes to the viewer, as they came. */
export interface ViewerParameters {
  /** Properties, `key value` each. */
  readonly pro: readonly string[];
  /** Commands. */
  readonly arg: readonly string[];
  /** Name of a launch configuration. */
  readonly config?: string;
  readonly user?: string;
  readonly host?: string;
  readonly client?: string;
}

/** The manifest of a launch. A build starts only when the viewer asks for its addresses. */
export interface LaunchManifest {
  /** The number of parts that make sense: one for each archive that is searched. */
  readonly maxParts: number;
  /** Returns addresses as long as those of {@link addresses}, to check the length of a launch address first. */
  sampleAddresses(parts: number): string[];
  /** Starts to build the manifest and returns the address of each part; one address if the manifest exists already. */
  addresses(parts: number): Promise<string[]>;
}

/** Where a viewer searches an archive by DICOMweb. */
export interface DicomWebAddress {
  readonly baseUrl: string;
  /** For the header `Authorization: Bearer …`. */
  readonly bearerToken?: string;
  /** The OpenID provider at which the viewer logs in itself; then there is no token. */
  readonly oidcIssuer?: string;
}

/** Returns the key of a viewer's settings in the configuration: `my-viewer` for `MY_VIEWER`. */
export function viewerKey({ name }: Pick<Viewer, 'name'>): string {
  return name.toLowerCase().replaceAll('_', '-');
}

/** The viewers that are installed. Of two with the same name, the first is used. */
export class ViewerRegistry {
  private readonly byName: ReadonlyMap<string, Viewer>;

  constructor(readonly viewers: readonly Viewer[]) {
    this.byName = firstByName(viewers, ({ name }) => comparable(name));
  }

  /** The names of all viewers, in the order in which they were found. */
  get names(): string[] {
    return [...this.byName.values()].map(({ name }) => name);
  }

  /** Returns the viewer of a name. Letter case, `-` and `_` are ignored, as they are in keys. */
  get(name: string): Viewer | undefined {
    return this.byName.get(comparable(name));
  }
}

function comparable(name: string): string {
  return name.replace(/[-_]/g, '').toLowerCase();
}
