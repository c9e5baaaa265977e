import type { PackagesReport, PackageRow } from '../../insight/packages-report.ts';
import { html } from '../view/html.ts';
import { facts } from '../view/parts.ts';
import { columnsOf, table } from '../view/table.ts';
import { page } from './page.ts';

const COLUMNS = columnsOf<PackageRow>({
  name: { label: 'Package', kind: 'code', of: ({ name }) => name },
  version: { label: 'Installed', kind: 'code', of: ({ version }) => version },
  declared: { label: 'Declared', kind: 'code', of: ({ declared }) => declared },
  license: { label: 'License', of: ({ license }) => license },
});

const NOTHING: PackagesReport = { name: '', version: '', packages: [] };

/** The installed packages. */
export const packagesPage = page<PackagesReport>({
  name: 'packages',
  title: 'Packages',
  section: 'Configuration',
  about: 'Installed packages with their versions.',
  refreshMs: 0,
  async load({ reports, worker }) {
    const { data, ...about } = await reports.gather('packages', {
      worker,
      timeoutMs: 2_000,
    });
    return { ...about, data: data[0]?.value ?? NOTHING };
  },
  render({ data: { name, version, packages } }) {
    const own = packages.filter(({ declared }) => declared !== '');
    return html`${facts([
      { label: 'Application', value: `${name} ${version}` },
      { label: 'Declared', value: own.length },
      { label: 'Installed', value: packages.length },
    ])}
    ${table(COLUMNS, [...own, ...packages.filter(({ declared }) => declared === '')], { id: 'packages', caption: 'Packages', empty: 'None found.', canFilter: true })}`;
  },
});
