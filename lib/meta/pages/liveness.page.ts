import { checksTable } from './checks-table.ts';
import { reportPage } from './page.ts';

/** Last outcomes of the application's liveness checks. */
export const livenessPage = reportPage({
  name: 'liveness',
  title: 'Liveness',
  group: 'Now',
  about:
    'Checks of the application that have a worker replaced when they keep failing: @LivenessCheck().',
  render({ data }) {
    const rows = data.flatMap(({ worker, value }) => value.map((check) => ({ ...check, worker })));
    return checksTable(rows, 'Liveness checks', 'The application has no liveness checks.');
  },
});
