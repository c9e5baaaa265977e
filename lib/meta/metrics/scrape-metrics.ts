import type { StatSnapshot } from '../../stats/snapshot.ts';

/** Workers of the latest collection. */
export interface ScrapedWorkers {
  expected: number;
  answered: number;
}

/** Tells how complete a scrape is: the figures of the others are those of an earlier one. */
export function scrapeMetrics({ expected, answered }: ScrapedWorkers): StatSnapshot[] {
  return [
    {
      kind: 'gauge',
      name: 'buttress.scrape_workers',
      help: 'Workers whose figures are of this scrape, and those that stand from an earlier one',
      unit: '',
      buckets: [],
      series: [
        { labels: { state: 'answered' }, data: { value: answered } },
        { labels: { state: 'stale' }, data: { value: expected - answered } },
      ],
    },
  ];
}
