import type { GroupSnapshot } from '../../admission/admission-snapshot.ts';
import type { ColumnsOf } from '../view/table.ts';

type Load = Pick<
  GroupSnapshot,
  'inFlight' | 'waiting' | 'medianMs' | 'arrived' | 'admitted' | 'refused' | 'left'
>;

/** Columns of what admission counts of a route, in one worker or in all. */
export const LOAD_COLUMNS = {
  inFlight: { label: 'In flight', kind: 'count', of: ({ inFlight }) => inFlight },
  waiting: { label: 'Waiting', kind: 'count', of: ({ waiting }) => waiting },
  medianMs: { label: 'Median latency', kind: 'duration', of: ({ medianMs }) => medianMs },
  arrived: { label: 'Arrived', kind: 'count', of: ({ arrived }) => arrived },
  admitted: { label: 'Admitted', kind: 'count', of: ({ admitted }) => admitted },
  refused: { label: 'Refused', kind: 'count', of: ({ refused }) => refused },
  left: { label: 'Client gone', kind: 'count', of: ({ left }) => left },
} satisfies ColumnsOf<Load>;
