/** Values of series each 15 s, in promtool's notation. */
type Series = Record<string, string>;

/** Series for which an alert fires, and similar ones for which none does. */
export interface AlertCase {
  fires: Series;
  quiet: Series;
  /** Time at which it must fire, and not only be pending. */
  at: string;
}

const ONE = 'job="shop", instance="a:3001"';
const OTHER = 'job="shop", instance="b:3001"';

const REQUESTS = 'http_server_request_duration_seconds';
const GROUP = { [`buttress_ready{${ONE}}`]: '1x200' };

/** Requests by status: how many come each 15 s. */
function answers(ok: number, failed: number, target = ONE): Series {
  return {
    [`${REQUESTS}_count{${target}, http_response_status_code="200"}`]: `0+${ok}x200`,
    [`${REQUESTS}_count{${target}, http_response_status_code="500"}`]: `0+${failed}x200`,
  };
}

/** A histogram with two buckets: how many values are in the lower one and in all. */
function histogram(
  name: string,
  labels: string,
  [bound, lower, all]: [number, number, number],
): Series {
  return {
    [`${name}_bucket{${labels}, le="${bound}"}`]: `0+${lower}x200`,
    [`${name}_bucket{${labels}, le="${bound * 10}"}`]: `0+${all}x200`,
    [`${name}_bucket{${labels}, le="+Inf"}`]: `0+${all}x200`,
  };
}

function connections(handed: number, shed: number, role = 'app'): Series {
  const labels = `${ONE}, listener="0.0.0.0:3000", role="${role}"`;
  return {
    [`buttress_connections_total{${labels}, outcome="handed"}`]: `0+${handed}x200`,
    [`buttress_connections_total{${labels}, outcome="codel"}`]: `0+${shed}x200`,
    [`buttress_connections_total{${labels}, outcome="closed"}`]: '0+10x200',
  };
}

function exits(cause: string, values: string): Series {
  return { [`buttress_worker_exits_total{${ONE}, slot="1", cause="${cause}"}`]: values };
}

function build(target: string, version: string): Series {
  return {
    [`buttress_build_info{${target}, version="1", node="24", service="shop", service_version="${version}"}`]:
      '1x200',
  };
}

function threads(busy: string, waiting: string): Series {
  return {
    [`buttress_threads_busy{${ONE}, pool="cpu"}`]: busy,
    [`buttress_threads_limit{${ONE}, pool="cpu"}`]: '4x200',
    [`buttress_threads_waiting{${ONE}, pool="cpu"}`]: waiting,
  };
}

const LAG = 'nodejs_eventloop_delay_seconds';
const WORKER = `${ONE}, role="worker", slot="0"`;
const META = `${ONE}, role="meta", slot=""`;
const RSS = `process_resident_memory_bytes{${WORKER}}`;
const BLOCKED = `buttress_event_loop_blocked_seconds_sum{${ONE}, slot="0"}`;
const ENDPOINT = `buttress_service_endpoint_up_ratio{${ONE}, service="db", address="10.0.0.9:5432"}`;

/** A case for each alert. Where it is quiet, it is just below the limit, or something else is up. */
export const ALERT_CASES: Record<string, AlertCase> = {
  ButtressErrorRatioHigh: {
    fires: { ...GROUP, ...answers(97, 3) },
    quiet: { ...GROUP, ...answers(99, 1), ...answers(1, 9, 'job="other", instance="c"') },
    at: '10m',
  },
  ButtressLatencyHigh: {
    fires: { ...GROUP, ...histogram(REQUESTS, ONE, [1, 95, 100]) },
    quiet: { ...GROUP, ...histogram(REQUESTS, ONE, [1, 100, 100]) },
    at: '15m',
  },
  ButtressConnectionsShed: {
    fires: connections(97, 3),
    // The listener of the pages may shed.
    quiet: { ...connections(1_000, 1), ...connections(1, 9, 'meta') },
    at: '5m',
  },
  ButtressRequestsRefused: {
    fires: {
      [`buttress_admission_admitted_total{${ONE}, route="GET /"}`]: '0+97x200',
      [`buttress_admission_refused_total{${ONE}, route="GET /", reason="QUEUE", priority="normal"}`]:
        '0+3x200',
    },
    quiet: {
      [`buttress_admission_admitted_total{${ONE}, route="GET /"}`]: '0+1000x200',
      [`buttress_admission_refused_total{${ONE}, route="GET /", reason="QUEUE", priority="normal"}`]:
        '0+1x200',
    },
    at: '10m',
  },
  ButtressNoReadyWorker: {
    fires: { [`buttress_workers{${ONE}, state="ready"}`]: '2x3 0x8' },
    quiet: { [`buttress_workers{${ONE}, state="ready"}`]: '2x3 0 1x8' },
    at: '2m',
  },
  ButtressNotReady: {
    fires: { [`buttress_ready{${ONE}}`]: '0x200', [`buttress_ready{${OTHER}}`]: '1x200' },
    quiet: { [`buttress_ready{${ONE}}`]: '0x10 1x200', [`buttress_ready{${OTHER}}`]: '1x200' },
    at: '10m',
  },
  ButtressWorkersRestarting: {
    fires: { ...exits('crash', '0x4 1 2 3 4 5x200'), ...exits('planned', '0x200') },
    quiet: { ...exits('crash', '0x4 1 2 2x200'), ...exits('planned', '0+1x200') },
    at: '8m',
  },
  ButtressEventLoopLag: {
    fires: histogram(LAG, WORKER, [0.25, 98, 100]),
    // That of the pages is not one of a request.
    quiet: {
      ...histogram(LAG, WORKER, [0.25, 100, 100]),
      ...histogram(LAG, META, [0.25, 50, 100]),
    },
    at: '10m',
  },
  ButtressEventLoopBlocked: {
    fires: { [BLOCKED]: '0+1x200' },
    quiet: { [BLOCKED]: '0+0.5x200' },
    at: '10m',
  },
  ButtressMemoryGrows: {
    // 4 MB a minute, and 40 MB a minute during a start.
    fires: { [RSS]: '6e8+1e6x200' },
    quiet: { [RSS]: '1e8+1e7x10 2e8x200' },
    at: '20m',
  },
  ButtressMemoryNearLimit: {
    fires: { [`buttress_admission_memory_ratio{${ONE}, slot="0"}`]: '0.9x200' },
    quiet: { [`buttress_admission_memory_ratio{${ONE}, slot="0"}`]: '0.8x200' },
    at: '15m',
  },
  ButtressMixedBuilds: {
    fires: { ...build(ONE, '1.0.0'), ...build(OTHER, '1.1.0') },
    quiet: {
      ...build(ONE, '1.0.0'),
      ...build(OTHER, '1.0.0'),
      ...build('job="other", instance="c"', '3.0.0'),
    },
    at: '20m',
  },
  ButtressQueueWaitLong: {
    fires: histogram(
      'buttress_accept_queue_wait_seconds',
      `${ONE}, listener="0.0.0.0:3000", role="app"`,
      [0.1, 90, 100],
    ),
    quiet: histogram(
      'buttress_accept_queue_wait_seconds',
      `${ONE}, listener="0.0.0.0:3000", role="app"`,
      [0.1, 100, 100],
    ),
    at: '10m',
  },
  ButtressThreadPoolSaturated: {
    fires: threads('4x200', '3x200'),
    quiet: threads('3x200', '1x200'),
    at: '5m',
  },
  ButtressEndpointDown: {
    fires: { [ENDPOINT]: '1x4 0x200' },
    quiet: { [ENDPOINT]: '0.75x200' },
    at: '5m',
  },
  ButtressDescriptorsHigh: {
    fires: { [`process_open_fds{${WORKER}}`]: '60000x200' },
    // A process of somebody else.
    quiet: {
      [`process_open_fds{${WORKER}}`]: '500x200',
      'process_open_fds{job="db"}': '60000x200',
    },
    at: '15m',
  },
  ButtressLogLinesDropped: {
    fires: { [`buttress_logs_dropped_total{${ONE}}`]: '0x10 50x200' },
    quiet: { [`buttress_logs_dropped_total{${ONE}}`]: '50x200' },
    at: '6m',
  },
  ButtressScrapeStale: {
    fires: { [`buttress_scrape_workers{${ONE}, state="stale"}`]: '1x200' },
    quiet: {
      [`buttress_scrape_workers{${ONE}, state="stale"}`]: '0 0 1 1x4 0x200',
      [`buttress_scrape_workers{${ONE}, state="answered"}`]: '1x200',
    },
    at: '10m',
  },
  ButtressScrapeFails: {
    fires: { [`up{${ONE}}`]: '1x20 0x200', [`buttress_ready{${ONE}}`]: '1x20' },
    quiet: { [`up{${ONE}}`]: '1x200', 'up{job="db", instance="c"}': '0x200', ...GROUP },
    at: '20m',
  },
};
