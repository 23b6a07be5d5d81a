import { type KnownPlugin } from './settings/known-plugin.js';
import { joinKey } from './document/node.js';
import { spellingsOf } from './reader/convert.js';
import { type SettingOptions, type SettingsClass, settingsOf } from './reader/setting.js';
import { ConnectorSettings } from './settings/connector-settings.js';
import { globalConfiguration } from './settings/global-configuration.js';
import { RetrievalKeys, retrievalPaths } from './settings/retrieval.js';
import { type KnownViewer } from './settings/viewers.js';

/** Returns all keys with their places and meanings, as Markdown: global keys, keys of any connector, keys of each type. */
export function configurationReference(plugins: readonly KnownPlugin[], viewers: readonly KnownViewer[] = []): string {
  const sections = [
    section('Global keys', rows(globalConfiguration(viewers), [''])),
    section('Keys of any connector', [
      ...rows(ConnectorSettings, ['']),
      ...rows(RetrievalKeys, ['wado.authentication']),
    ]),
    ...plugins.map((plugin) => {
      const { own, fallback } = retrievalPaths(plugin.type);
      const places = [...own.slice(1), ...fallback].map((path) => `\`${path}\``).join(', ');
      const retrieval = places === '' ? '' : `The keys under \`wado.authentication\` may also be under ${places}.\n\n`;
      return section(`Keys of type ${plugin.type}`, rows(plugin.settings, ['']), retrieval);
    }),
  ];
  return `# All keys\n\nGenerated from the settings classes by \`npx nx run manifest-server:write-schema\`; [configuration.md](configuration.md) explains them.\n\n${sections.join('\n')}`;
}

function section(title: string, lines: readonly string[], introduction = ''): string {
  return `## ${title}\n\n${introduction}| key | also | meaning |\n| --- | --- | --- |\n${lines.join('\n')}\n`;
}

function rows(type: SettingsClass, scopes: readonly string[]): string[] {
  return [...settingsOf(type).values()].flatMap((setting) => {
    const paths = setting.paths.filter((path) => !path.startsWith('/'));
    const places = paths.flatMap((path) => scopes.map((scope) => (path === '' ? scope : joinKey(scope, path))));
    if (places.length === 0) return [];
    if (!setting.type) return [row(places, setting)];
    const inner = { map: '.<name>', list: '[]' }[setting.kind as string] ?? '';
    return rows(
      setting.type(),
      places.map((place) => place + inner),
    );
  });
}

function row([canonical, ...others]: readonly string[], { description, values, secret }: SettingOptions): string {
  const meaning = [
    description,
    values ? `(${spellingsOf(values).join(', ')})` : '',
    secret ? '(never shown)' : '',
  ].filter((part) => part !== '');
  const cells = [`\`${canonical}\``, others.map((place) => `\`${place}\``).join(', '), meaning.join(' ')];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
