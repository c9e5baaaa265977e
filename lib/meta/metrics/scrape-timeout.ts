/** Time limit for the workers during a scrape. */
const SCRAPE_TIMEOUT_MS = 500;

/** Part of the scraper's time limit that is left for rendering. */
const SCRAPE_MARGIN_MS = 500;

/**
 * Time limit for the workers, within that of the scraper.
 *
 * @param allowedSeconds header `x-prometheus-scrape-timeout-seconds`
 */
export function scrapeTimeoutMs(allowedSeconds: string | string[] | undefined): number {
  const allowedMs = Number(allowedSeconds ?? NaN) * 1_000 - SCRAPE_MARGIN_MS;
  return allowedMs > 0 ? Math.min(SCRAPE_TIMEOUT_MS, allowedMs) : SCRAPE_TIMEOUT_MS;
}
