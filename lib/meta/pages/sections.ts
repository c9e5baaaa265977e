/** Entries of the navigation, in their order; each leads to the first of its pages. */
export const SECTIONS = [
  'Overview',
  'Workers',
  'Requests',
  'Overload',
  'Threads',
  'Dependencies',
  'Errors',
  'Logs',
  'Metrics',
  'Configuration',
  'Operations',
  'Custom',
] as const;

export type Section = (typeof SECTIONS)[number];
