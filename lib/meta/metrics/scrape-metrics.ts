import type { StatSnapshot } from '../../stats/snapshot.ts';

/** Workers of the latest collection. */
export interface ScrapedWorkers {
  expected: number;
  answered: number;
}

/** Completeness of a scrape: workers that did not answer keep their earlier figures. */
export function scrapeMetrics({ expected, answered }: ScrapedWorkers): StatSnapshot[] {
  return [
    {
      kind: 'gauge',
      name: 'buttress.scrape_workers',
      help: 'Workers that answered this scrape, and those represented by earlier figures',
      unit: '',
      buckets: [],
      series: [
        { labels: { state: 'answered' }, data: { value: answered } },
        { labels: { state: 'stale' }, data: { value: expected - answered } },
      ],
    },
  ];
}
