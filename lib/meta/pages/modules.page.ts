import type { ModuleRow } from '../../insight/modules.explorer.ts';
import { html } from '../view/html.ts';
import { moduleGraph } from '../view/module-graph.ts';
import { section } from '../view/parts.ts';
import { columnsOf, table } from '../view/table.ts';
import { page } from './page.ts';

const COLUMNS = columnsOf<ModuleRow>({
  name: { label: 'Module', kind: 'code', of: ({ name }) => name },
  isGlobal: { label: 'Global', of: ({ isGlobal }) => (isGlobal ? 'yes' : 'no') },
  controllers: { label: 'Controllers', of: ({ controllers }) => controllers },
  providers: {
    label: 'Providers',
    kind: 'count',
    of: ({ providers }) => providers.length,
    help: 'Names are in the JSON',
  },
  imports: { label: 'Imports', kind: 'count', of: ({ imports }) => imports.length },
  boot: [
    {
      label: 'Start',
      kind: 'duration',
      of: ({ boot }) => boot?.atMs,
      help: 'Time after the start of the process; needs bootTimings()',
    },
    { label: 'Duration', kind: 'duration', of: ({ boot }) => boot?.ms },
  ],
  exports: {
    label: 'Exports',
    kind: 'count',
    of: ({ exports }) => exports.length,
    help: 'Names are in the JSON',
  },
  // The graph shows them.
  id: 'elsewhere',
  distance: 'elsewhere',
});

/** Modules of the application, their dependencies and their construction times. */
export const modulesPage = page<ModuleRow[]>({
  name: 'modules',
  title: 'Modules',
  section: 'Configuration',
  about: 'Modules of the application, their imports, and their start-up times.',
  refreshMs: 0,
  async load({ reports, worker }) {
    // Equal in every worker, so the first answer is enough.
    const { data, ...about } = await reports.gather('modules', { worker });
    return { ...about, data: data[0]?.value ?? [] };
  },
  render({ data }) {
    return html`${moduleGraph(data)}
    ${section('Table', table(COLUMNS, data, { id: 'modules', caption: 'Modules', empty: 'No modules.' }))}`;
  },
});
