import { spellings } from '../document/relaxed-name.js';
import { type SettingOptions, type SettingsClass, settingsOf } from '../reader/setting.js';
import { type JsonSchema, leafSchema } from './leaf.js';

/** The joined keys of several settings classes, from which one schema is made. */
export class SchemaTree {
  private readonly children = new Map<string, SchemaTree>();
  private anyName?: SchemaTree;
  private items?: SchemaTree;
  private leaf?: JsonSchema;
  private description?: string;

  /** Adds the keys of a settings class below `path`, without absolute ones. */
  addSettings(type: SettingsClass, path = ''): this {
    const here = this.at(path);
    for (const [property, setting] of settingsOf(type)) {
      for (const own of setting.paths.filter((candidate) => !candidate.startsWith('/'))) {
        here.addSetting(type, property, setting, own);
      }
    }
    return this;
  }

  private addSetting(type: SettingsClass, property: string, setting: SettingOptions, path: string): void {
    const tree = this.at(path);
    if (!setting.type) tree.leaf ??= leafSchema(type, property, setting);
    else {
      if (path !== '') tree.description ??= setting.description;
      if (setting.kind === 'map') (tree.anyName ??= new SchemaTree()).addSettings(setting.type());
      else if (setting.kind === 'list') (tree.items ??= new SchemaTree()).addSettings(setting.type());
      else tree.addSettings(setting.type());
    }
  }

  /** Adds a schema at `path`, as an alternative to the one that is there. */
  addSchema(path: string, schema: JsonSchema): this {
    const tree = this.at(path);
    tree.leaf = tree.leaf ? { anyOf: [tree.leaf, schema] } : schema;
    return this;
  }

  /**
   * Returns the schema of this level.
   *
   * @param pointer its place in the whole schema, to which other spellings of a key refer
   */
  render(pointer: string): JsonSchema {
    const object = this.renderObject(pointer);
    if (!object) return this.leaf ?? {};
    if (this.leaf) return { anyOf: [this.leaf, object] };
    return object;
  }

  private renderObject(pointer: string): JsonSchema | undefined {
    if (this.items) return this.renderList(this.items, pointer);
    if (this.children.size === 0 && !this.anyName) return undefined;
    const base = this.leaf ? `${pointer}/anyOf/1` : pointer;
    const properties: Record<string, JsonSchema> = {};
    for (const [name, child] of this.children) {
      const place = `${base}/properties/${name}`;
      const [canonical, ...others] = spellings(name);
      properties[canonical!] = child.render(place);
      for (const other of others) properties[other] ??= { $ref: place };
    }
    return {
      ...(this.description ? { description: this.description } : {}),
      type: ['object', 'null', 'string'],
      // An empty text is a key without a value.
      maxLength: 0,
      ...(this.children.size > 0 ? { properties } : {}),
      ...(this.anyName ? { additionalProperties: this.anyName.render(`${base}/additionalProperties`) } : {}),
    };
  }

  private renderList(items: SchemaTree, pointer: string): JsonSchema {
    const unset = { $ref: '#/definitions/unset' };
    const item = items.render(`${pointer}/anyOf/0/items/anyOf/0`);
    return { description: this.description, anyOf: [{ type: 'array', items: { anyOf: [item, unset] } }, unset] };
  }

  private at(path: string): SchemaTree {
    if (path === '') return this;
    const [name, ...rest] = path.split('.') as [string, ...string[]];
    const known = [...this.children].find(([key]) =>
      spellings(key).some((spelling) => spellings(name).includes(spelling)),
    );
    let child = known?.[1];
    if (!child) this.children.set(name, (child = new SchemaTree()));
    return child.at(rest.join('.'));
  }
}
