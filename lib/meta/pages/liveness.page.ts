import { checksTable } from './checks-table.ts';
import { reportPage } from './page.ts';

/** Last outcomes of the application's liveness checks. */
export const livenessPage = reportPage({
  name: 'liveness',
  title: 'Liveness',
  section: 'Overview',
  isListed: false,
  about: 'Checks of the application: a worker that keeps failing one is replaced. @LivenessCheck()',
  render({ data }) {
    const rows = data.flatMap(({ worker, value }) => value.map((check) => ({ ...check, worker })));
    return checksTable(rows, 'Liveness checks', 'No liveness checks.');
  },
});
