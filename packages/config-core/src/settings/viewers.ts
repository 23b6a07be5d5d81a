import { IsDefined, IsInt, IsOptional, Matches, Min } from 'class-validator';
import { firstByName, type Viewer, viewerKey } from '@pacs-connectors/connector-core';
import { relax } from '../document/relaxed-name.js';
import { Setting, type SettingsClass } from '../reader/setting.js';
import { type SettingFormat } from '../values/setting-format.js';

/** What the check needs to know of a viewer. Without `support`, it does not find rules that follow one for every launch. */
export type KnownViewer = Pick<Viewer, 'name' | 'title' | 'settings' | 'requiredKey'> &
  Partial<Pick<Viewer, 'support'>>;

/** Checks for the start of a launch address: without its colon, no desktop knows which program opens it. */
export function IsScheme(): PropertyDecorator {
  return Matches(/^[A-Za-z][A-Za-z0-9+.-]*:\S*$/, {
    message: 'must be a scheme with a colon, such as weasis:// or weasis:',
  });
}

/** A Modality (0008,0060), in upper case. */
export const modalityFormat: SettingFormat = {
  parse: (text) => (/^[A-Za-z0-9_ ]{1,16}$/.test(text) ? text.toUpperCase() : undefined),
  expected: 'a modality such as CT',
  pattern: '^[A-Za-z0-9_ ]{1,16}$',
};

/** One rule of `viewers.rules`: the viewer, and the conditions under which it opens a launch. All of them must hold. */
export class ViewerRule {
  @Setting({
    paths: ['archive'],
    description: 'Connector ids: the launch searches no other archive; not set: any',
    kind: 'list',
  })
  archives?: string[];

  @Setting({
    paths: ['modalities'],
    description: 'Each study that is found contains one of these modalities; not set: any',
    kind: 'list',
    format: modalityFormat,
  })
  modalities?: string[];

  @Setting({
    paths: ['min-archives'],
    description: 'The launch searches at least this many archives',
    kind: 'integer',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  minArchives?: number;

  @Setting({ paths: ['max-archives'], description: 'The launch searches at most this many archives', kind: 'integer' })
  @IsOptional()
  @IsInt()
  @Min(1)
  maxArchives?: number;

  @Setting({ paths: ['viewer'], description: 'The viewer that opens the launch' })
  @IsDefined()
  viewer!: string;
}

/** `viewers`. */
export class ViewerSelection {
  @Setting({
    paths: ['rules'],
    description: 'Which viewer opens a launch that names none: the first rule that applies; none applies: Weasis',
    kind: 'list',
    type: () => ViewerRule,
  })
  rules: ViewerRule[] = [];
}

/** The settings of each viewer, by its name. A viewer without its required key, or with faulty settings, has none. */
export type SettingsOfViewers = Readonly<Record<string, object | undefined>>;

/** No viewer is known. */
export class NoViewers {}

/** Returns the class of {@link SettingsOfViewers} that reads the settings of these viewers. */
export function settingsOfViewers(viewers: readonly KnownViewer[]): SettingsClass<SettingsOfViewers> {
  class Settings {
    [name: string]: object | undefined;

    constructor() {
      for (const { name, settings, requiredKey } of viewers) if (requiredKey === undefined) this[name] = new settings();
    }
  }
  for (const viewer of firstByName(viewers, ({ name }) => relax(name)).values())
    Setting({ paths: [viewerKey(viewer)], description: viewer.title, type: () => viewer.settings })(
      Settings.prototype,
      viewer.name,
    );
  return Settings;
}

/** Returns the class of {@link ViewerSelection} whose rules name one of these viewers. */
export function selectionOf(viewers: readonly KnownViewer[]): SettingsClass<ViewerSelection> {
  class Rule extends ViewerRule {}
  Setting({
    paths: ['viewer'],
    description: 'The viewer that opens the launch',
    values: viewers.map(({ name }) => name),
  })(Rule.prototype, 'viewer');
  class Selection extends ViewerSelection {}
  Setting({
    paths: ['rules'],
    description: 'Which viewer opens a launch that names none: the first rule that applies; none applies: Weasis',
    kind: 'list',
    type: () => Rule,
  })(Selection.prototype, 'rules');
  return Selection;
}
