// oxlint-disable max-lines -- generated
import type { ApiSchemas } from './json-schema.ts';

/** Generated from the types of pages and reports by `npm run docs:schemas`; not to be edited. */
export const SCHEMAS: ApiSchemas = {
  pages: {
    'accept-queue': { type: 'array', items: { $ref: '#/components/schemas/ListenerSnapshot' } },
    admission: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          worker: { type: 'number' },
          value: { $ref: '#/components/schemas/AdmissionReport' },
        },
        required: ['worker', 'value'],
      },
    },
    'blocked-loop': {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          worker: { type: 'number' },
          value: { $ref: '#/components/schemas/BlockedLoopsSnapshot' },
        },
        required: ['worker', 'value'],
      },
    },
    config: { $ref: '#/components/schemas/Configuration' },
    connections: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          worker: { type: 'number' },
          value: { $ref: '#/components/schemas/ConnectionsSnapshot' },
        },
        required: ['worker', 'value'],
      },
    },
    dependencies: { $ref: '#/components/schemas/Dependencies' },
    environment: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          worker: { type: 'number' },
          value: { type: 'array', items: { $ref: '#/components/schemas/VariableRow' } },
        },
        required: ['worker', 'value'],
      },
    },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          worker: { type: 'number' },
          value: { type: 'array', items: { $ref: '#/components/schemas/ErrorGroup' } },
          at: {
            type: 'string',
            format: 'date-time',
            description: 'Time of the answer, of a worker that is silent now. Absent: it answered.',
          },
        },
        required: ['worker', 'value'],
      },
    },
    exits: { $ref: '#/components/schemas/Turnover' },
    health: { $ref: '#/components/schemas/Health' },
    journal: { type: 'array', items: { $ref: '#/components/schemas/JournalEntry' } },
    liveness: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          worker: { type: 'number' },
          value: { type: 'array', items: { $ref: '#/components/schemas/CheckOutcome' } },
        },
        required: ['worker', 'value'],
      },
    },
    'log-levels': {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          worker: { type: 'number' },
          value: { $ref: '#/components/schemas/LevelsSnapshot' },
        },
        required: ['worker', 'value'],
      },
    },
    logs: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          worker: { type: 'number' },
          value: { type: 'array', items: { $ref: '#/components/schemas/LogRecord' } },
          at: {
            type: 'string',
            format: 'date-time',
            description: 'Time of the answer, of a worker that is silent now. Absent: it answered.',
          },
        },
        required: ['worker', 'value'],
      },
    },
    modules: { type: 'array', items: { $ref: '#/components/schemas/ModuleRow' } },
    operations: { $ref: '#/components/schemas/Operations' },
    overload: { $ref: '#/components/schemas/Overload' },
    overview: { $ref: '#/components/schemas/Overview' },
    app: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          path: { type: 'string', description: 'Path below `/app/`.' },
          title: { type: 'string', description: 'Title of the page, and of the link to it.' },
          about: { type: 'string', description: 'Description in one sentence.' },
          access: {
            enum: ['operate', 'read', 'sensitive'],
            description: 'Access level needed to see it.',
          },
          merge: {
            type: 'boolean',
            description:
              "Whether to merge the workers' content: table rows one after another, numbers added up, lines in one chart. Otherwise each worker has a section of its own.",
          },
          isShared: {
            type: 'boolean',
            description:
              'Whether all workers have the same content, such as rows of a database: one READY worker is asked, and there are no sections. Excludes `merge`.',
          },
        },
        required: ['path', 'title', 'about', 'access', 'merge', 'isShared'],
      },
    },
    packages: { $ref: '#/components/schemas/PackagesReport' },
    process: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          worker: { type: 'number' },
          value: {
            type: 'object',
            properties: {
              service: {
                type: 'object',
                properties: { name: { type: 'string' }, version: { type: 'string' } },
                required: ['name', 'version'],
              },
              pid: { type: 'number' },
              parentPid: { type: 'number' },
              worker: { type: 'number' },
              slot: { type: 'number' },
              phase: { enum: ['DRAINING', 'ENDING', 'SERVING'] },
              startedAt: { type: 'string', format: 'date-time' },
              uptimeMs: { type: 'number' },
              title: { type: 'string' },
              executable: { type: 'string' },
              arguments: { type: 'array', items: { type: 'string' } },
              nodeOptions: { type: 'array', items: { type: 'string' } },
              directory: { type: 'string' },
              user: { anyOf: [{ type: 'null' }, { type: 'number' }] },
              group: { anyOf: [{ type: 'null' }, { type: 'number' }] },
              limits: { type: 'array', items: { $ref: '#/components/schemas/LimitRow' } },
              machine: {
                type: 'object',
                properties: {
                  hostname: { type: 'string' },
                  system: { type: 'string' },
                  architecture: {
                    enum: [
                      'arm',
                      'arm64',
                      'ia32',
                      'loong64',
                      'mips',
                      'mipsel',
                      'ppc64',
                      'riscv64',
                      's390x',
                      'x64',
                    ],
                  },
                  parallelism: { type: 'number' },
                  memoryBytes: { type: 'number' },
                  memoryLimitBytes: { anyOf: [{ type: 'null' }, { type: 'number' }] },
                  loadAverages: { type: 'array', items: { type: 'number' } },
                },
                required: [
                  'hostname',
                  'system',
                  'architecture',
                  'parallelism',
                  'memoryBytes',
                  'memoryLimitBytes',
                  'loadAverages',
                ],
              },
            },
            required: [
              'service',
              'pid',
              'parentPid',
              'worker',
              'slot',
              'phase',
              'startedAt',
              'uptimeMs',
              'title',
              'executable',
              'arguments',
              'nodeOptions',
              'directory',
              'user',
              'group',
              'limits',
              'machine',
            ],
          },
        },
        required: ['worker', 'value'],
      },
    },
    readiness: { $ref: '#/components/schemas/Readiness' },
    requests: { $ref: '#/components/schemas/Requests' },
    resources: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          worker: { type: 'number' },
          value: { $ref: '#/components/schemas/Resources' },
          at: {
            type: 'string',
            format: 'date-time',
            description: 'Time of the answer, of a worker that is silent now. Absent: it answered.',
          },
        },
        required: ['worker', 'value'],
      },
    },
    routes: { type: 'array', items: { $ref: '#/components/schemas/Route' } },
    runtime: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          worker: { type: 'number' },
          value: {
            type: 'object',
            properties: {
              versions: { type: 'object', additionalProperties: { type: 'string' } },
              flags: { type: 'number' },
              heap: {
                type: 'object',
                properties: {
                  usedBytes: { type: 'number' },
                  totalBytes: { type: 'number' },
                  limitBytes: { type: 'number' },
                  externalBytes: { type: 'number' },
                  mallocedBytes: { type: 'number' },
                  contexts: { type: 'number' },
                  detachedContexts: { type: 'number' },
                },
                required: [
                  'usedBytes',
                  'totalBytes',
                  'limitBytes',
                  'externalBytes',
                  'mallocedBytes',
                  'contexts',
                  'detachedContexts',
                ],
              },
              spaces: {
                type: 'array',
                items: {
                  type: 'object',
                  properties: {
                    name: { type: 'string' },
                    sizeBytes: { type: 'number' },
                    usedBytes: { type: 'number' },
                    availableBytes: { type: 'number' },
                  },
                  required: ['name', 'sizeBytes', 'usedBytes', 'availableBytes'],
                },
              },
              loop: {
                type: 'object',
                properties: {
                  utilization: { type: 'number' },
                  iterations: { type: 'number' },
                  events: { type: 'number' },
                  eventsWaiting: { type: 'number' },
                },
                required: ['utilization', 'iterations', 'events', 'eventsWaiting'],
              },
              threadPool: {
                type: 'object',
                properties: { threads: { type: 'number' } },
                required: ['threads'],
              },
            },
            required: ['versions', 'flags', 'heap', 'spaces', 'loop', 'threadPool'],
          },
        },
        required: ['worker', 'value'],
      },
    },
    scaling: { anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/ScalingSnapshot' }] },
    settings: { type: 'array', items: { $ref: '#/components/schemas/SettingOfGroup' } },
    sockets: { $ref: '#/components/schemas/Sockets' },
    stacks: { $ref: '#/components/schemas/StacksReport' },
    stats: { type: 'array', items: { $ref: '#/components/schemas/StatSnapshot' } },
    threads: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          worker: { type: 'number' },
          value: { $ref: '#/components/schemas/ThreadsSnapshot' },
        },
        required: ['worker', 'value'],
      },
    },
    warnings: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          worker: { type: 'number' },
          value: {
            type: 'object',
            properties: {
              findings: { type: 'array', items: { $ref: '#/components/schemas/Warning' } },
              node: { type: 'array', items: { $ref: '#/components/schemas/NodeWarning' } },
            },
            required: ['findings', 'node'],
          },
        },
        required: ['worker', 'value'],
      },
    },
    workers: { type: 'array', items: { $ref: '#/components/schemas/WorkerSnapshot' } },
  },
  items: {
    dependencies: { $ref: '#/components/schemas/OneDependency' },
    operations: { $ref: '#/components/schemas/OperationRun' },
    app: {
      type: 'object',
      properties: {
        page: {
          type: 'object',
          properties: {
            path: { type: 'string', description: 'Path below `/app/`.' },
            title: { type: 'string', description: 'Title of the page, and of the link to it.' },
            about: { type: 'string', description: 'Description in one sentence.' },
            access: {
              enum: ['operate', 'read', 'sensitive'],
              description: 'Access level needed to see it.',
            },
            merge: {
              type: 'boolean',
              description:
                "Whether to merge the workers' content: table rows one after another, numbers added up, lines in one chart. Otherwise each worker has a section of its own.",
            },
            isShared: {
              type: 'boolean',
              description:
                'Whether all workers have the same content, such as rows of a database: one READY worker is asked, and there are no sections. Excludes `merge`.',
            },
          },
          required: ['path', 'title', 'about', 'access', 'merge', 'isShared'],
        },
        answers: { type: 'array', items: { $ref: '#/components/schemas/PageAnswer' } },
      },
      required: ['page', 'answers'],
    },
    requests: { $ref: '#/components/schemas/OneRequest' },
    stats: {
      anyOf: [
        { type: 'null' },
        {
          type: 'object',
          properties: {
            kind: { const: 'duration' },
            name: { type: 'string' },
            help: { type: 'string' },
            unit: {
              type: 'string',
              description:
                'Unit of the values, as Prometheus names it: `bytes`, `seconds`. Empty: a plain number.',
            },
            buckets: {
              type: 'array',
              items: { type: 'number' },
              description:
                'Upper bounds of its Prometheus buckets, in seconds for durations; empty: the default.',
            },
            merge: {
              enum: ['average', 'max', 'min', 'sum'],
              description: 'How the gauges of several processes become one; of gauges only.',
            },
            series: {
              type: 'array',
              items: {
                type: 'object',
                properties: {
                  labels: { type: 'object', additionalProperties: { type: 'string' } },
                  data: { $ref: '#/components/schemas/DistributionSnapshot' },
                },
                required: ['labels', 'data'],
              },
            },
            window: { enum: ['24h', '30m', '3h', '5m'] },
            history: { type: 'array', items: { $ref: '#/components/schemas/SeriesHistory' } },
          },
          required: ['kind', 'name', 'help', 'unit', 'buckets', 'series', 'window', 'history'],
        },
        {
          type: 'object',
          properties: {
            kind: { const: 'value' },
            name: { type: 'string' },
            help: { type: 'string' },
            unit: {
              type: 'string',
              description:
                'Unit of the values, as Prometheus names it: `bytes`, `seconds`. Empty: a plain number.',
            },
            buckets: {
              type: 'array',
              items: { type: 'number' },
              description:
                'Upper bounds of its Prometheus buckets, in seconds for durations; empty: the default.',
            },
            merge: {
              enum: ['average', 'max', 'min', 'sum'],
              description: 'How the gauges of several processes become one; of gauges only.',
            },
            series: {
              type: 'array',
              items: {
                type: 'object',
                properties: {
                  labels: { type: 'object', additionalProperties: { type: 'string' } },
                  data: { $ref: '#/components/schemas/DistributionSnapshot' },
                },
                required: ['labels', 'data'],
              },
            },
            window: { enum: ['24h', '30m', '3h', '5m'] },
            history: { type: 'array', items: { $ref: '#/components/schemas/SeriesHistory' } },
          },
          required: ['kind', 'name', 'help', 'unit', 'buckets', 'series', 'window', 'history'],
        },
        {
          type: 'object',
          properties: {
            kind: { const: 'interval' },
            name: { type: 'string' },
            help: { type: 'string' },
            unit: {
              type: 'string',
              description:
                'Unit of the values, as Prometheus names it: `bytes`, `seconds`. Empty: a plain number.',
            },
            buckets: {
              type: 'array',
              items: { type: 'number' },
              description:
                'Upper bounds of its Prometheus buckets, in seconds for durations; empty: the default.',
            },
            merge: {
              enum: ['average', 'max', 'min', 'sum'],
              description: 'How the gauges of several processes become one; of gauges only.',
            },
            series: {
              type: 'array',
              items: {
                type: 'object',
                properties: {
                  labels: { type: 'object', additionalProperties: { type: 'string' } },
                  data: { $ref: '#/components/schemas/DistributionSnapshot' },
                },
                required: ['labels', 'data'],
              },
            },
            window: { enum: ['24h', '30m', '3h', '5m'] },
            history: { type: 'array', items: { $ref: '#/components/schemas/SeriesHistory' } },
          },
          required: ['kind', 'name', 'help', 'unit', 'buckets', 'series', 'window', 'history'],
        },
        {
          type: 'object',
          properties: {
            kind: { const: 'counter' },
            name: { type: 'string' },
            help: { type: 'string' },
            unit: {
              type: 'string',
              description:
                'Unit of the values, as Prometheus names it: `bytes`, `seconds`. Empty: a plain number.',
            },
            buckets: {
              type: 'array',
              items: { type: 'number' },
              description:
                'Upper bounds of its Prometheus buckets, in seconds for durations; empty: the default.',
            },
            merge: {
              enum: ['average', 'max', 'min', 'sum'],
              description: 'How the gauges of several processes become one; of gauges only.',
            },
            series: {
              type: 'array',
              items: {
                type: 'object',
                properties: {
                  labels: { type: 'object', additionalProperties: { type: 'string' } },
                  data: {
                    type: 'object',
                    properties: { total: { type: 'number' } },
                    required: ['total'],
                  },
                },
                required: ['labels', 'data'],
              },
            },
            window: { enum: ['24h', '30m', '3h', '5m'] },
            history: { type: 'array', items: { $ref: '#/components/schemas/SeriesHistory' } },
          },
          required: ['kind', 'name', 'help', 'unit', 'buckets', 'series', 'window', 'history'],
        },
        {
          type: 'object',
          properties: {
            kind: { const: 'gauge' },
            name: { type: 'string' },
            help: { type: 'string' },
            unit: {
              type: 'string',
              description:
                'Unit of the values, as Prometheus names it: `bytes`, `seconds`. Empty: a plain number.',
            },
            buckets: {
              type: 'array',
              items: { type: 'number' },
              description:
                'Upper bounds of its Prometheus buckets, in seconds for durations; empty: the default.',
            },
            merge: {
              enum: ['average', 'max', 'min', 'sum'],
              description: 'How the gauges of several processes become one; of gauges only.',
            },
            series: {
              type: 'array',
              items: {
                type: 'object',
                properties: {
                  labels: { type: 'object', additionalProperties: { type: 'string' } },
                  data: { $ref: '#/components/schemas/GaugeSnapshot' },
                },
                required: ['labels', 'data'],
              },
            },
            window: { enum: ['24h', '30m', '3h', '5m'] },
            history: { type: 'array', items: { $ref: '#/components/schemas/SeriesHistory' } },
          },
          required: ['kind', 'name', 'help', 'unit', 'buckets', 'series', 'window', 'history'],
        },
        {
          type: 'object',
          properties: {
            kind: { const: 'states' },
            name: { type: 'string' },
            help: { type: 'string' },
            unit: {
              type: 'string',
              description:
                'Unit of the values, as Prometheus names it: `bytes`, `seconds`. Empty: a plain number.',
            },
            buckets: {
              type: 'array',
              items: { type: 'number' },
              description:
                'Upper bounds of its Prometheus buckets, in seconds for durations; empty: the default.',
            },
            merge: {
              enum: ['average', 'max', 'min', 'sum'],
              description: 'How the gauges of several processes become one; of gauges only.',
            },
            series: {
              type: 'array',
              items: {
                type: 'object',
                properties: {
                  labels: { type: 'object', additionalProperties: { type: 'string' } },
                  data: { $ref: '#/components/schemas/StatesSnapshot' },
                },
                required: ['labels', 'data'],
              },
            },
            window: { enum: ['24h', '30m', '3h', '5m'] },
            history: { type: 'array', items: { $ref: '#/components/schemas/SeriesHistory' } },
          },
          required: ['kind', 'name', 'help', 'unit', 'buckets', 'series', 'window', 'history'],
        },
        {
          type: 'object',
          properties: {
            kind: { const: 'sketch' },
            name: { type: 'string' },
            help: { type: 'string' },
            unit: {
              type: 'string',
              description:
                'Unit of the values, as Prometheus names it: `bytes`, `seconds`. Empty: a plain number.',
            },
            buckets: {
              type: 'array',
              items: { type: 'number' },
              description:
                'Upper bounds of its Prometheus buckets, in seconds for durations; empty: the default.',
            },
            merge: {
              enum: ['average', 'max', 'min', 'sum'],
              description: 'How the gauges of several processes become one; of gauges only.',
            },
            series: {
              type: 'array',
              items: {
                type: 'object',
                properties: {
                  labels: { type: 'object', additionalProperties: { type: 'string' } },
                  data: { $ref: '#/components/schemas/StreamSketchSnapshot' },
                },
                required: ['labels', 'data'],
              },
            },
            window: { enum: ['24h', '30m', '3h', '5m'] },
            history: { type: 'array', items: { $ref: '#/components/schemas/SeriesHistory' } },
          },
          required: ['kind', 'name', 'help', 'unit', 'buckets', 'series', 'window', 'history'],
        },
      ],
    },
  },
  definitions: {
    AdmissionPoint: {
      type: 'object',
      properties: {
        at: { type: 'string', format: 'date-time', description: 'Unix time in milliseconds.' },
        fraction: {
          type: 'number',
          description:
            'Fraction of all requests admitted under event loop lag; `shares`: the same by priority.',
        },
        shares: {
          type: 'object',
          properties: {
            critical: { type: 'number' },
            high: { type: 'number' },
            normal: { type: 'number' },
            sheddable: { type: 'number' },
          },
          required: ['critical', 'high', 'normal', 'sheddable'],
        },
        lagMs: { type: 'number' },
        inFlight: { type: 'number' },
        waiting: { type: 'number' },
        admitted: { type: 'number' },
        refused: { type: 'number' },
        refusals: {
          type: 'object',
          properties: {
            codel: { type: 'number' },
            memory: { type: 'number' },
            bypass: { type: 'number' },
            lag: { type: 'number' },
            queue: { type: 'number' },
            wait: { type: 'number' },
            deadline: { type: 'number' },
            quota: { type: 'number' },
          },
          description: 'Parts of `refused` by reason; reasons without any are absent.',
        },
      },
      required: [
        'at',
        'fraction',
        'shares',
        'lagMs',
        'inFlight',
        'waiting',
        'admitted',
        'refused',
        'refusals',
      ],
    },
    AdmissionReport: {
      type: 'object',
      properties: {
        history: {
          type: 'array',
          items: { $ref: '#/components/schemas/AdmissionPoint' },
          description: 'One point per second of the last five minutes.',
        },
        groups: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              name: {
                type: 'string',
                description: 'Method and pattern of the route, or the name given by `@Admission`.',
              },
              limit: { type: 'number', description: 'Requests that may be in flight.' },
              inFlight: { type: 'number' },
              waiting: { type: 'number' },
              arrived: {
                type: 'number',
                description: '`arrived = admitted + refused + left + waiting`.',
              },
              admitted: { type: 'number' },
              refused: { type: 'number' },
              left: { type: 'number', description: 'Clients that left while waiting.' },
              refusals: { type: 'array', items: { $ref: '#/components/schemas/RefusalCount' } },
              medianMs: {
                type: 'number',
                description: 'Approximate median duration of an answer.',
              },
              history: { type: 'array', items: { $ref: '#/components/schemas/GroupPoint' } },
            },
            required: [
              'name',
              'limit',
              'inFlight',
              'waiting',
              'arrived',
              'admitted',
              'refused',
              'left',
              'refusals',
              'medianMs',
              'history',
            ],
          },
        },
        inFlight: { type: 'number' },
        fraction: {
          type: 'number',
          description:
            'Fraction of all requests admitted under event loop lag; `shares`: the same by priority.',
        },
        shares: {
          type: 'object',
          properties: {
            critical: { type: 'number' },
            high: { type: 'number' },
            normal: { type: 'number' },
            sheddable: { type: 'number' },
          },
          required: ['critical', 'high', 'normal', 'sheddable'],
        },
        lagMs: {
          type: 'number',
          description: 'Event loop turn length as a request meets it, and its target.',
        },
        lagTargetMs: { type: 'number' },
        costMs: { type: 'number', description: 'Mean event loop time per request.' },
        waiting: { type: 'number' },
        memory: {
          type: 'object',
          properties: {
            rung: { enum: ['NONE', 'REFUSE', 'STOP_KEEP_ALIVE'] },
            fraction: { type: 'number' },
          },
          required: ['rung', 'fraction'],
        },
        bypass: {
          type: 'object',
          additionalProperties: { $ref: '#/components/schemas/BypassCounts' },
          description: 'Probes and preflights, by path.',
        },
        bodies: {
          type: 'object',
          properties: { reading: { type: 'number' }, tooSlow: { type: 'number' } },
          required: ['reading', 'tooSlow'],
          description: 'Bodies being received now, and those given up so far for being too slow.',
        },
      },
      required: [
        'history',
        'groups',
        'inFlight',
        'fraction',
        'shares',
        'lagMs',
        'lagTargetMs',
        'costMs',
        'waiting',
        'memory',
        'bypass',
        'bodies',
      ],
    },
    Amount: {
      type: 'object',
      properties: {
        perSecond: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        total: { type: 'number' },
      },
      required: ['perSecond', 'total'],
    },
    Artifact: {
      type: 'object',
      properties: {
        id: { type: 'string' },
        name: { type: 'string' },
        type: { type: 'string' },
        bytes: { type: 'number' },
        expiresAt: { type: 'string', format: 'date-time' },
        access: { enum: ['none', 'operate', 'read', 'sensitive'] },
      },
      required: ['id', 'name', 'type', 'bytes', 'expiresAt', 'access'],
    },
    AuditRecord: {
      type: 'object',
      properties: {
        at: { type: 'string', format: 'date-time' },
        by: { type: 'string' },
        what: { type: 'string' },
        input: {},
        outcome: {
          enum: ['done', 'failed', 'partial', 'started'],
          description:
            '`started`: of an operation that may run for hours; another record follows at its end. `partial`: some workers carried it out, others did not.',
        },
        error: { type: 'string', description: 'Reason of the failure.' },
        before: { description: 'Changed values before and after, where they are known.' },
        after: {},
      },
      required: ['at', 'by', 'what', 'input', 'outcome'],
    },
    AutoOffloadEntry: {
      type: 'object',
      properties: {
        method: { type: 'string' },
        size: {
          type: 'number',
          description: 'Lower bound of the bucket; the upper is twice this.',
        },
        samples: { type: 'number' },
        busyMs: { type: 'number' },
        overheadMs: { type: 'number' },
        decision: { enum: ['inline', 'offload', 'unknown'] },
      },
      required: ['method', 'size', 'samples', 'busyMs', 'overheadMs', 'decision'],
    },
    AvailableOperation: {
      type: 'object',
      properties: {
        isAllowed: { type: 'boolean' },
        access: { enum: ['operate', 'read', 'sensitive'] },
        name: { type: 'string' },
        title: { type: 'string', description: 'Title on the page.' },
        summary: { type: 'string', description: 'One sentence on the effect.' },
        fields: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              choices: {
                type: 'array',
                items: { type: 'string' },
                description: 'Values that a `choice` offers.',
              },
              preset: {
                anyOf: [{ type: 'string' }, { type: 'number' }],
                description: 'Initial value.',
              },
              isOptional: { type: 'boolean', description: 'Whether the field may be left out.' },
              name: { type: 'string', description: 'Name in the input.' },
              label: { type: 'string', description: 'Label on the form.' },
              kind: {
                enum: ['choice', 'flag', 'number', 'scalar', 'text'],
                description: 'Type of the value; `scalar`: a text, a number, or true or false.',
              },
            },
            required: ['name', 'label', 'kind'],
          },
          description: 'Fields of the input.',
        },
        guard: {
          enum: [
            'cpu-profile',
            'diagnostic-report',
            'drain',
            'fail-health',
            'heap-growth',
            'heap-profile',
            'heap-snapshot',
            'recycle',
            'reload',
            'scale',
            'settings.set',
            'take-out',
          ],
          description:
            'Name that `allow` of the listener must contain; absent: the operation does no harm.',
        },
        confirmation: { type: 'string', description: 'Text to type before it runs; absent: none.' },
        isQuick: {
          type: 'boolean',
          description: 'Whether it may run beside others: it is short, or costs them little.',
        },
        isLong: {
          type: 'boolean',
          description: 'Whether it may run for hours, so that its start is audited too.',
        },
      },
      required: ['isAllowed', 'access', 'name', 'title'],
    },
    Averages: {
      type: 'object',
      properties: { m1: { type: 'number' }, m5: { type: 'number' }, m15: { type: 'number' } },
      required: ['m1', 'm5', 'm15'],
    },
    BinsData: {
      type: 'object',
      properties: {
        first: { type: 'number' },
        counts: { type: 'array', items: { type: 'number' } },
      },
      required: ['first', 'counts'],
    },
    BlockedFrame: {
      type: 'object',
      properties: {
        frame: { type: 'string', description: "Innermost frame that is not Node's own." },
        count: { type: 'number' },
        totalMs: { type: 'number' },
        longestMs: { type: 'number' },
        lastAt: {
          type: 'string',
          format: 'date-time',
          description: 'Unix time of the latest block, in milliseconds.',
        },
        requestId: { anyOf: [{ type: 'null' }, { type: 'string' }] },
        stack: {
          type: 'array',
          items: { type: 'string' },
          description: 'Stack of the latest block.',
        },
      },
      required: ['frame', 'count', 'totalMs', 'longestMs', 'lastAt', 'requestId', 'stack'],
    },
    BlockedLoopsSnapshot: {
      type: 'object',
      properties: {
        blocks: { type: 'number' },
        longestMs: { type: 'number' },
        frames: {
          type: 'array',
          items: { $ref: '#/components/schemas/BlockedFrame' },
          description: 'Sorted by `totalMs`, largest first.',
        },
        latest: {
          type: 'array',
          items: { $ref: '#/components/schemas/LatestBlock' },
          description: 'The last blocks, oldest first.',
        },
      },
      required: ['blocks', 'longestMs', 'frames', 'latest'],
    },
    BootSnapshot: {
      type: 'object',
      properties: {
        booted: { type: 'number', description: 'Threads that have booted.' },
        idled: { type: 'number', description: 'Threads that ended after an idle time.' },
        lastMs: {
          anyOf: [{ type: 'null' }, { type: 'number' }],
          description: 'Duration of the last boot; null: none yet.',
        },
        waits: { type: 'number', description: 'Calls that waited for a thread to boot.' },
        longestWaitMs: { type: 'number', description: 'Longest of these waits.' },
      },
      required: ['booted', 'idled', 'lastMs', 'waits', 'longestWaitMs'],
    },
    BypassCounts: {
      type: 'object',
      properties: {
        inFlight: { type: 'number' },
        admitted: { type: 'number' },
        refused: { type: 'number', description: 'Refused at the cap.' },
      },
      required: ['inFlight', 'admitted', 'refused'],
    },
    CallCounts: {
      type: 'object',
      properties: {
        inline: {
          type: 'number',
          description: "Run here, because of the mode or the method's condition.",
        },
        offloaded: { type: 'number', description: 'Sent to a thread or queued for one.' },
        completed: { type: 'number' },
        failed: {
          type: 'number',
          description: 'The method failed, or a value could not be copied.',
        },
        refused: {
          type: 'object',
          properties: { queue: { type: 'number' }, deadline: { type: 'number' } },
          required: ['queue', 'deadline'],
        },
        cancelled: {
          type: 'object',
          properties: { queued: { type: 'number' }, running: { type: 'number' } },
          required: ['queued', 'running'],
          description: 'Abandoned by the caller.',
        },
        lost: { type: 'number', description: 'The thread ended.' },
      },
      required: ['inline', 'offloaded', 'completed', 'failed', 'refused', 'cancelled', 'lost'],
    },
    CardinalityData: { type: 'array', items: { type: 'number' } },
    ChartMark: {
      type: 'object',
      properties: { at: { type: 'string', format: 'date-time' }, label: { type: 'string' } },
      required: ['at', 'label'],
    },
    CheckOutcome: {
      type: 'object',
      properties: {
        name: { type: 'string' },
        status: { enum: ['down', 'up'] },
        tookMs: { type: 'number' },
        at: { type: 'string', format: 'date-time', description: 'Time of the outcome' },
        counts: { type: 'boolean' },
        error: { type: 'string', description: 'Reason of the failure.' },
      },
      required: ['name', 'status', 'tookMs', 'at', 'counts'],
    },
    ConfigEntry: {
      type: 'object',
      properties: {
        name: { type: 'string' },
        value: { description: 'Plain data; `(code)` for functions and objects of classes.' },
        source: {
          type: 'string',
          description: '`default`, `code`, `environment`, or the path of a file.',
        },
      },
      required: ['name', 'value', 'source'],
    },
    Configuration: {
      type: 'object',
      properties: {
        group: {
          type: 'array',
          items: { $ref: '#/components/schemas/ConfigEntry' },
          description: 'Options of the `Group`; empty without one.',
        },
        workers: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              worker: { type: 'number' },
              value: { type: 'array', items: { $ref: '#/components/schemas/ConfigEntry' } },
              at: {
                type: 'string',
                format: 'date-time',
                description:
                  'Time of the answer, of a worker that is silent now. Absent: it answered.',
              },
            },
            required: ['worker', 'value'],
          },
        },
      },
      required: ['group', 'workers'],
    },
    ConnectionsSnapshot: {
      type: 'object',
      properties: {
        sockets: {
          type: 'object',
          properties: {
            open: { type: 'number' },
            max: { type: 'number' },
            waiting: { type: 'number' },
          },
          required: ['open', 'max', 'waiting'],
        },
        names: {
          type: 'object',
          properties: { asked: { type: 'number' }, failed: { type: 'number' } },
          required: ['asked', 'failed'],
        },
        services: { type: 'array', items: { $ref: '#/components/schemas/ServiceSnapshot' } },
      },
      required: ['sockets', 'names', 'services'],
    },
    Coverage: {
      type: 'object',
      properties: {
        expected: {
          type: 'number',
          description: 'Workers that should answer, one for each empty slot included.',
        },
        answered: { type: 'number' },
        missing: {
          type: 'array',
          items: { type: 'number' },
          description: 'Ids of the workers whose part is missing or stale.',
        },
        stale: {
          type: 'array',
          items: {
            type: 'object',
            properties: { worker: { type: 'number' }, at: { type: 'string', format: 'date-time' } },
            required: ['worker', 'at'],
          },
          description:
            'Those of them whose last answer stands in `data`, and its time, ISO 8601. Absent: none.',
        },
      },
      required: ['expected', 'answered', 'missing'],
    },
    Dependencies: {
      type: 'object',
      properties: {
        services: { type: 'array', items: { $ref: '#/components/schemas/Dependency' } },
        sockets: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              sockets: {
                type: 'object',
                properties: {
                  open: { type: 'number' },
                  max: { type: 'number' },
                  waiting: { type: 'number' },
                },
                required: ['open', 'max', 'waiting'],
              },
              names: {
                type: 'object',
                properties: { asked: { type: 'number' }, failed: { type: 'number' } },
                required: ['asked', 'failed'],
              },
            },
            required: ['sockets', 'names'],
          },
        },
      },
      required: ['services', 'sockets'],
    },
    Dependency: {
      type: 'object',
      properties: {
        name: { type: 'string' },
        aliases: { type: 'array', items: { type: 'string' } },
        tls: { type: 'boolean' },
        state: {
          enum: ['DEGRADED', 'DOWN', 'FAILING', 'HELD', 'PROBING', 'UNTRIED', 'UP'],
          description: '`DEGRADED`: some endpoints are not usable.',
        },
        endpoints: { type: 'array', items: { $ref: '#/components/schemas/DependencyEndpoint' } },
        p95Ms: {
          type: 'object',
          properties: {
            wait: { anyOf: [{ type: 'null' }, { type: 'number' }] },
            dns: { anyOf: [{ type: 'null' }, { type: 'number' }] },
            tcp: { anyOf: [{ type: 'null' }, { type: 'number' }] },
            tls: { anyOf: [{ type: 'null' }, { type: 'number' }] },
            firstByte: { anyOf: [{ type: 'null' }, { type: 'number' }] },
          },
          required: ['wait', 'dns', 'tcp', 'tls', 'firstByte'],
          description: 'P95 by phase of connecting, of the slowest worker; null: not measured yet.',
        },
        open: { type: 'number' },
        idle: { type: 'number' },
        waiting: { type: 'number' },
        max: { type: 'number' },
        requested: { type: 'number' },
        failed: { type: 'number' },
        errors: {
          type: 'object',
          additionalProperties: { type: 'number' },
          description: 'Counts by error code since the start.',
        },
        lastError: {
          anyOf: [
            { type: 'null' },
            {
              type: 'object',
              properties: {
                at: {
                  type: 'string',
                  format: 'date-time',
                  description: 'Unix time in milliseconds.',
                },
                code: { type: 'string' },
                message: { type: 'string' },
                address: { type: 'string' },
                worker: { type: 'number' },
              },
              required: ['at', 'code', 'message', 'address', 'worker'],
            },
          ],
        },
        routes: { type: 'array', items: { $ref: '#/components/schemas/DependencyRoute' } },
      },
      required: [
        'name',
        'aliases',
        'tls',
        'state',
        'endpoints',
        'p95Ms',
        'open',
        'idle',
        'waiting',
        'max',
        'requested',
        'failed',
        'errors',
        'lastError',
        'routes',
      ],
    },
    DependencyEndpoint: {
      type: 'object',
      properties: {
        address: { type: 'string' },
        tier: { type: 'number', description: '0 is used first.' },
        state: {
          enum: ['DOWN', 'FAILING', 'HELD', 'PROBING', 'UNTRIED', 'UP'],
          description: 'Worst state of a worker.',
        },
        states: {
          type: 'object',
          properties: {
            UP: { type: 'number' },
            DOWN: { type: 'number' },
            PROBING: { type: 'number' },
            HELD: { type: 'number' },
            FAILING: { type: 'number' },
            UNTRIED: { type: 'number' },
          },
          description: 'Workers by their state.',
        },
        failures: {
          type: 'number',
          description:
            'Consecutive failures and remaining time down or held, the largest of a worker.',
        },
        forMs: { type: 'number' },
        open: { type: 'number' },
        idle: { type: 'number' },
        waiting: { type: 'number' },
        max: { type: 'number' },
      },
      required: [
        'address',
        'tier',
        'state',
        'states',
        'failures',
        'forMs',
        'open',
        'idle',
        'waiting',
        'max',
      ],
    },
    DependencyRoute: {
      type: 'object',
      properties: { route: { type: 'string' }, requests: { type: 'number' } },
      required: ['route', 'requests'],
    },
    DistributionData: {
      type: 'object',
      properties: {
        moments: { $ref: '#/components/schemas/MomentsData' },
        sketch: { $ref: '#/components/schemas/SketchData' },
      },
      required: ['moments', 'sketch'],
    },
    DistributionPoint: {
      type: 'object',
      properties: {
        at: { type: 'string', format: 'date-time', description: 'End of the interval' },
        count: { type: 'number' },
        sum: { type: 'number' },
        min: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        max: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        mean: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        standardDeviation: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        p50: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        p90: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        p95: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        p99: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        p999: { anyOf: [{ type: 'null' }, { type: 'number' }], description: '99.9th percentile.' },
      },
      required: [
        'at',
        'count',
        'sum',
        'min',
        'max',
        'mean',
        'standardDeviation',
        'p50',
        'p90',
        'p95',
        'p99',
        'p999',
      ],
    },
    DistributionSnapshot: {
      type: 'object',
      properties: {
        last: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        lastAt: {
          anyOf: [{ type: 'null' }, { type: 'string', format: 'date-time' }],
          description: 'Time of `last`',
        },
        interval: {
          anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/Summary' }],
          description: 'Last complete interval; null: none yet.',
        },
        rates: { $ref: '#/components/schemas/Averages', description: 'Values per second.' },
        averages: { $ref: '#/components/schemas/Averages', description: 'Mean of the values.' },
        points: { type: 'array', items: { $ref: '#/components/schemas/DistributionPoint' } },
        data: { $ref: '#/components/schemas/DistributionData' },
        exemplars: {
          type: 'array',
          items: { $ref: '#/components/schemas/Exemplar' },
          description:
            'Values with the traces that they come from, the latest of each magnitude; absent: none.',
        },
        count: { type: 'number' },
        sum: { type: 'number' },
        min: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        max: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        mean: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        standardDeviation: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        p50: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        p90: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        p95: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        p99: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        p999: { anyOf: [{ type: 'null' }, { type: 'number' }], description: '99.9th percentile.' },
      },
      required: [
        'last',
        'lastAt',
        'interval',
        'rates',
        'averages',
        'points',
        'data',
        'count',
        'sum',
        'min',
        'max',
        'mean',
        'standardDeviation',
        'p50',
        'p90',
        'p95',
        'p99',
        'p999',
      ],
    },
    EndedRecord: {
      type: 'object',
      properties: {
        status: { type: 'number' },
        isAborted: {
          type: 'boolean',
          description: 'Whether the client left before the answer was complete.',
        },
        id: { type: 'string' },
        method: { type: 'string' },
        route: { type: 'string', description: 'Route pattern; `none`: no route matched.' },
        startedAt: { type: 'string', format: 'date-time', description: 'Start' },
        durationMs: { type: 'number', description: 'Duration; of a request in flight, its age.' },
        queueWaitMs: { type: 'number', description: 'Wait for admission.' },
        userAgent: { type: 'string', description: 'Header `user-agent`, truncated.' },
        traceId: {
          anyOf: [{ type: 'null' }, { type: 'string' }],
          description: 'Id of its trace, if anybody else knows of it.',
        },
        steps: { type: 'array', items: { $ref: '#/components/schemas/RequestStep' } },
      },
      required: [
        'status',
        'isAborted',
        'id',
        'method',
        'route',
        'startedAt',
        'durationMs',
        'queueWaitMs',
        'userAgent',
        'traceId',
        'steps',
      ],
    },
    EndpointSnapshot: {
      type: 'object',
      properties: {
        address: { type: 'string' },
        weight: { type: 'number' },
        health: {
          type: 'object',
          properties: {
            state: { enum: ['DOWN', 'HELD', 'PROBING', 'UP'] },
            failures: { type: 'number' },
            times: { type: 'number' },
            forMs: { type: 'number' },
            isProven: { type: 'boolean' },
            isFailing: { type: 'boolean' },
          },
          required: ['state', 'failures', 'times', 'forMs', 'isProven', 'isFailing'],
          description:
            'State with consecutive failures, times down, and remaining time down or held. `UP` until proven otherwise: `isProven` tells whether a connection has ever succeeded, `isFailing` whether it has failed often enough to go down, but is the last endpoint that is left.',
        },
        open: { type: 'number', description: '`open = idle + inUse`.' },
        idle: { type: 'number' },
        inUse: { type: 'number' },
        max: { type: 'number', description: 'Maximum of open connections.' },
        waiting: { type: 'number' },
        counts: {
          $ref: '#/components/schemas/PoolCounts',
          description: '`opened = closed + open`.',
        },
      },
      required: [
        'address',
        'weight',
        'health',
        'open',
        'idle',
        'inUse',
        'max',
        'waiting',
        'counts',
      ],
    },
    ErrorGroup: {
      type: 'object',
      properties: {
        count: { type: 'number' },
        firstAt: { type: 'string', format: 'date-time', description: 'Unix time in milliseconds.' },
        lastAt: { type: 'string', format: 'date-time' },
        requestId: { type: 'string', description: 'Request of the latest occurrence.' },
        name: { type: 'string' },
        message: { type: 'string' },
        code: { type: 'string' },
        stack: { type: 'string' },
        causes: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              name: { type: 'string' },
              message: { type: 'string' },
              stack: { type: 'string' },
            },
            required: ['name', 'message', 'stack'],
          },
          description: 'Causes, nearest first.',
        },
      },
      required: ['count', 'firstAt', 'lastAt', 'name', 'message', 'stack', 'causes'],
    },
    Exemplar: {
      type: 'object',
      properties: {
        value: { type: 'number' },
        traceId: { type: 'string' },
        at: { type: 'string', format: 'date-time' },
      },
      required: ['value', 'traceId', 'at'],
    },
    ExitEvidence: {
      type: 'object',
      properties: {
        error: {
          anyOf: [
            { type: 'null' },
            {
              type: 'object',
              properties: {
                name: { type: 'string' },
                message: { type: 'string' },
                stack: { type: 'string' },
              },
              required: ['name', 'message', 'stack'],
            },
          ],
          description: 'Its latest error, shortly before the end.',
        },
        requests: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              id: { type: 'string' },
              route: { type: 'string', description: 'Route pattern; `none`: no route matched.' },
              method: { type: 'string' },
            },
            required: ['id', 'route', 'method'],
          },
          description: 'Requests in flight at its last report, or the one of the error.',
        },
        pulse: {
          anyOf: [
            { type: 'null' },
            {
              type: 'object',
              properties: {
                failed: { type: 'number' },
                at: { type: 'string', format: 'date-time', description: 'End of the span' },
                requests: {
                  type: 'number',
                  description:
                    'Requests that ended, and those among them that failed (500 or above).',
                },
                inFlight: { type: 'number' },
                lagMs: { type: 'number', description: 'Maximum event loop lag.' },
                spanMs: { type: 'number', description: 'Length of the span.' },
                elu: { type: 'number', description: 'Event loop utilization, 0 to 1.' },
                cpu: { type: 'number', description: 'CPU time per time passed: 1 is one core.' },
                rssBytes: { type: 'number' },
                heapUsedBytes: { type: 'number' },
              },
              required: [
                'failed',
                'at',
                'requests',
                'inFlight',
                'lagMs',
                'spanMs',
                'elu',
                'cpu',
                'rssBytes',
                'heapUsedBytes',
              ],
            },
          ],
          description: 'Its last second.',
        },
      },
      required: ['error', 'requests', 'pulse'],
    },
    ExplainedExit: {
      type: 'object',
      properties: {
        id: { type: 'number' },
        slot: { type: 'number' },
        pid: { type: 'number' },
        cause: { enum: ['boot', 'crash', 'hung', 'memory', 'planned', 'signal'] },
        code: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        signal: { anyOf: [{ type: 'null' }, { type: 'string' }] },
        reason: { type: 'string', description: 'Human-readable.' },
        uptimeMs: { type: 'number' },
        at: { type: 'string', format: 'date-time', description: 'Wall-clock time' },
        stack: {
          type: 'array',
          items: { type: 'string' },
          description:
            'Stack when it was killed for a blocked event loop, innermost function first.',
        },
        evidence: { anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/ExitEvidence' }] },
      },
      required: [
        'id',
        'slot',
        'pid',
        'cause',
        'code',
        'signal',
        'reason',
        'uptimeMs',
        'at',
        'evidence',
      ],
    },
    GaugeSnapshot: {
      type: 'object',
      properties: {
        value: { type: 'number' },
        of: {
          type: 'number',
          description: 'Number of gauges that an average was merged from: its weight.',
        },
      },
      required: ['value'],
    },
    GroupHealthReport: {
      type: 'object',
      properties: {
        isReady: { type: 'boolean' },
        readyWorkers: { type: 'number', description: 'READY workers that pass their own checks.' },
        quorum: { type: 'number', description: 'READY workers that make the group ready.' },
        failure: {
          anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/HealthFailure' }],
          description: 'Null: no operator has failed the health.',
        },
      },
      required: ['isReady', 'readyWorkers', 'quorum', 'failure'],
    },
    GroupPoint: {
      type: 'object',
      properties: {
        at: { type: 'string', format: 'date-time' },
        limit: { type: 'number' },
        inFlight: { type: 'number' },
        waiting: { type: 'number' },
        admitted: { type: 'number' },
        refused: { type: 'number' },
      },
      required: ['at', 'limit', 'inFlight', 'waiting', 'admitted', 'refused'],
    },
    Health: {
      type: 'object',
      properties: {
        isReady: { type: 'boolean', description: 'Answer of `/readyz`.' },
        group: {
          anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/GroupHealthReport' }],
          description: 'Null: a primary of an older release, during an upgrade, has none.',
        },
        workers: { type: 'array', items: { $ref: '#/components/schemas/HealthOfWorker' } },
        checks: { type: 'array', items: { $ref: '#/components/schemas/HealthCheck' } },
      },
      required: ['isReady', 'group', 'workers', 'checks'],
    },
    HealthCheck: {
      type: 'object',
      properties: {
        kind: { enum: ['liveness', 'readiness'] },
        name: { type: 'string' },
        status: { enum: ['down', 'up'], description: '`down` when it fails in any worker.' },
        counts: {
          type: 'boolean',
          description: 'Whether its failure counts; otherwise it is only shown.',
        },
        up: {
          type: 'array',
          items: { type: 'number' },
          description: 'Workers in which it passes, and in which it fails.',
        },
        down: { type: 'array', items: { type: 'number' } },
        errors: {
          type: 'array',
          items: { type: 'string' },
          description: 'What failures say, each once.',
        },
        tookMs: { type: 'number', description: 'Longest duration of a worker.' },
        at: {
          type: 'string',
          format: 'date-time',
          description: 'Latest outcome, Unix time in milliseconds.',
        },
      },
      required: ['kind', 'name', 'status', 'counts', 'up', 'down', 'errors', 'tookMs', 'at'],
    },
    HealthFailure: {
      type: 'object',
      properties: {
        by: { type: 'string' },
        reason: {
          anyOf: [{ type: 'null' }, { type: 'string' }],
          description: 'Null: none was given.',
        },
        since: { type: 'string' },
        remainingMs: {
          anyOf: [{ type: 'null' }, { type: 'number' }],
          description:
            'Time until it ends by itself; null: it lasts until an operator restores it.',
        },
      },
      required: ['by', 'reason', 'since', 'remainingMs'],
    },
    HealthOfWorker: {
      type: 'object',
      properties: {
        id: { type: 'number' },
        slot: { type: 'number' },
        state: { type: 'string' },
        isReady: {
          anyOf: [{ type: 'null' }, { type: 'boolean' }],
          description: 'Whether its readiness checks pass; null: it has not answered.',
        },
        failure: {
          anyOf: [{ type: 'null' }, { type: 'string' }],
          description: 'First failure of a check that counts; null: none.',
        },
      },
      required: ['id', 'slot', 'state', 'isReady', 'failure'],
    },
    HeavyHitter: {
      type: 'object',
      properties: {
        item: { type: 'string' },
        count: { type: 'number' },
        error: { type: 'number' },
      },
      required: ['item', 'count', 'error'],
    },
    HistoryPoint: {
      type: 'object',
      properties: {
        at: { type: 'string', format: 'date-time', description: 'Start' },
        p50Ms: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        p95Ms: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        p99Ms: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        workers: { type: 'number' },
        stale: {
          type: 'number',
          description: 'Workers whose figures are stale: they reported nothing for this second.',
        },
        failed: { type: 'number' },
        requests: { type: 'number' },
        inFlight: { type: 'number' },
        lagMs: { type: 'number' },
        elu: { type: 'number' },
        cpu: { type: 'number' },
        rssBytes: { type: 'number' },
        heapUsedBytes: { type: 'number' },
        accepted: {
          anyOf: [{ type: 'null' }, { type: 'number' }],
          description: 'Connections accepted per second: handed to a worker, shed, or waiting.',
        },
        handed: {
          anyOf: [{ type: 'null' }, { type: 'number' }],
          description: 'Connections handed to a worker per second.',
        },
        shed: {
          anyOf: [{ type: 'null' }, { type: 'number' }],
          description: 'Connections shed per second: the sum of the three reasons.',
        },
        shedFull: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        shedAge: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        shedCodel: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        waiting: {
          anyOf: [{ type: 'null' }, { type: 'number' }],
          description: 'Connections that waited at the end of the second.',
        },
      },
      required: [
        'at',
        'p50Ms',
        'p95Ms',
        'p99Ms',
        'workers',
        'stale',
        'failed',
        'requests',
        'inFlight',
        'lagMs',
        'elu',
        'cpu',
        'rssBytes',
        'heapUsedBytes',
        'accepted',
        'handed',
        'shed',
        'shedFull',
        'shedAge',
        'shedCodel',
        'waiting',
      ],
    },
    Incident: {
      type: 'object',
      properties: {
        startedAt: { type: 'string', format: 'date-time', description: 'First seen' },
        lastAt: { type: 'string', format: 'date-time', description: 'Seen last' },
        endedAt: {
          anyOf: [{ type: 'null' }, { type: 'string', format: 'date-time' }],
          description: 'End; null: it lasts.',
        },
        isEvent: {
          type: 'boolean',
          description: 'Whether it happened at a time; otherwise it lasts or lasted.',
        },
        count: { type: 'number', description: 'Times that it began.' },
        workers: {
          type: 'array',
          items: { type: 'number' },
          description: 'Ids of the workers that it was found in; absent: not of certain workers.',
        },
        kind: { enum: ['dependency', 'error', 'hint', 'outage', 'shed', 'worker'] },
        next: { type: 'array', items: { $ref: '#/components/schemas/NextStep' } },
        text: { type: 'string' },
        stack: {
          type: 'array',
          items: { type: 'string' },
          description: 'Stack that shows the cause, innermost function first.',
        },
        key: {
          type: 'string',
          description:
            'The same for the same problem, whenever and in whichever workers it is found.',
        },
        severity: { enum: ['fair', 'poor'] },
        href: { type: 'string' },
        impact: { type: 'string', description: 'What it does to requests.' },
        cause: {
          type: 'string',
          description: 'Cause, as far as it is known: a line of code, an error.',
        },
        requestId: { type: 'string', description: 'Request that it happened in.' },
      },
      required: [
        'startedAt',
        'lastAt',
        'endedAt',
        'isEvent',
        'count',
        'kind',
        'text',
        'key',
        'severity',
        'href',
      ],
    },
    IndexEntry: {
      type: 'object',
      properties: {
        href: { type: 'string' },
        methods: { type: 'array', items: { type: 'string' } },
        access: { type: 'string' },
        title: { type: 'string' },
      },
      required: ['href', 'methods', 'access', 'title'],
    },
    JournalEntry: {
      type: 'object',
      properties: {
        at: { type: 'string', format: 'date-time' },
        kind: {
          enum: [
            'block',
            'exit',
            'incident',
            'operation',
            'recycling',
            'reload',
            'scaling',
            'shed',
            'start',
          ],
        },
        slot: {
          anyOf: [{ type: 'null' }, { type: 'number' }],
          description: 'Null: not of one slot.',
        },
        worker: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        text: { type: 'string' },
        href: { type: 'string', description: 'Page with the details.' },
      },
      required: ['at', 'kind', 'slot', 'worker', 'text', 'href'],
    },
    Lane: {
      type: 'object',
      properties: {
        slot: { type: 'number' },
        elu: {
          type: 'array',
          items: { anyOf: [{ type: 'null' }, { type: 'number' }] },
          description: 'Event loop utilization; null: nothing is known.',
        },
        lagMs: { type: 'array', items: { anyOf: [{ type: 'null' }, { type: 'number' }] } },
      },
      required: ['slot', 'elu', 'lagMs'],
    },
    LatestBlock: {
      type: 'object',
      properties: {
        at: {
          type: 'string',
          format: 'date-time',
          description: 'Unix time of its end, in milliseconds.',
        },
        blockedMs: { type: 'number' },
        frame: { type: 'string', description: "Innermost frame that is not Node's own." },
        requestId: { anyOf: [{ type: 'null' }, { type: 'string' }] },
      },
      required: ['at', 'blockedMs', 'frame', 'requestId'],
    },
    LevelOverride: {
      type: 'object',
      properties: {
        context: { type: 'string', description: 'Logger context, usually a class name; `*`: all.' },
        level: { enum: ['debug', 'error', 'fatal', 'info', 'silent', 'trace', 'warn'] },
        remainingMs: { type: 'number', description: 'Time until it ends.' },
      },
      required: ['context', 'level', 'remainingMs'],
    },
    LevelsSnapshot: {
      type: 'object',
      properties: {
        level: { enum: ['debug', 'error', 'fatal', 'info', 'silent', 'trace', 'warn'] },
        overrides: { type: 'array', items: { $ref: '#/components/schemas/LevelOverride' } },
      },
      required: ['level', 'overrides'],
    },
    LimitRow: {
      type: 'object',
      properties: {
        name: { type: 'string' },
        soft: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        hard: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        unit: { type: 'string' },
      },
      required: ['name', 'soft', 'hard', 'unit'],
    },
    ListenerSnapshot: {
      type: 'object',
      properties: {
        listener: { type: 'string' },
        role: {
          enum: ['app', 'meta'],
          description: 'Whether the application or the pages serve it.',
        },
        transport: { enum: ['fd', 'ipc'] },
        length: { type: 'number' },
        maxQueue: { type: 'number' },
        oldestAgeMs: { type: 'number' },
        accepted: { type: 'number' },
        handed: { type: 'number' },
        pending: { type: 'number' },
        closed: { type: 'number' },
        shed: {
          type: 'object',
          properties: {
            full: { type: 'number' },
            age: { type: 'number' },
            codel: { type: 'number' },
            down: { type: 'number' },
          },
          required: ['full', 'age', 'codel', 'down'],
        },
        lingering: { type: 'number' },
        ageMs: {
          type: 'object',
          properties: {
            p50: { anyOf: [{ type: 'null' }, { type: 'number' }] },
            p95: { anyOf: [{ type: 'null' }, { type: 'number' }] },
            p99: { anyOf: [{ type: 'null' }, { type: 'number' }] },
            max: { anyOf: [{ type: 'null' }, { type: 'number' }] },
          },
          required: ['p50', 'p95', 'p99', 'max'],
        },
      },
      required: [
        'listener',
        'role',
        'transport',
        'length',
        'maxQueue',
        'oldestAgeMs',
        'accepted',
        'handed',
        'pending',
        'closed',
        'shed',
        'lingering',
        'ageMs',
      ],
    },
    LiveRecord: {
      type: 'object',
      properties: {
        where: {
          type: 'string',
          description: 'Current position: `queue`, `handler`, or the name of the running step.',
        },
        remainingMs: {
          anyOf: [{ type: 'null' }, { type: 'number' }],
          description: 'Time until the deadline; null: no deadline.',
        },
        id: { type: 'string' },
        method: { type: 'string' },
        route: { type: 'string', description: 'Route pattern; `none`: no route matched.' },
        startedAt: { type: 'string', format: 'date-time', description: 'Start' },
        durationMs: { type: 'number', description: 'Duration; of a request in flight, its age.' },
        queueWaitMs: { type: 'number', description: 'Wait for admission.' },
        userAgent: { type: 'string', description: 'Header `user-agent`, truncated.' },
        traceId: {
          anyOf: [{ type: 'null' }, { type: 'string' }],
          description: 'Id of its trace, if anybody else knows of it.',
        },
        steps: { type: 'array', items: { $ref: '#/components/schemas/RequestStep' } },
      },
      required: [
        'where',
        'remainingMs',
        'id',
        'method',
        'route',
        'startedAt',
        'durationMs',
        'queueWaitMs',
        'userAgent',
        'traceId',
        'steps',
      ],
    },
    LogLine: {
      type: 'object',
      properties: {
        worker: { type: 'number' },
        record: { $ref: '#/components/schemas/LogRecord' },
      },
      required: ['worker', 'record'],
    },
    LogRecord: {
      type: 'object',
      properties: {
        level: { type: 'number' },
        time: { type: 'string', format: 'date-time' },
        msg: { type: 'string' },
      },
      additionalProperties: {},
    },
    MetaChart: {
      type: 'object',
      properties: {
        kind: { const: 'chart' },
        title: { type: 'string' },
        unit: { type: 'string' },
        times: {
          type: 'array',
          items: { type: 'string', format: 'date-time' },
          description: 'Ascending.',
        },
        series: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              label: { type: 'string' },
              values: { type: 'array', items: { anyOf: [{ type: 'null' }, { type: 'number' }] } },
            },
            required: ['label', 'values'],
          },
        },
      },
      required: ['kind', 'title', 'times', 'series'],
    },
    MetaFacts: {
      type: 'object',
      properties: {
        kind: { const: 'facts' },
        title: { type: 'string' },
        values: { type: 'object', additionalProperties: {} },
      },
      required: ['kind', 'values'],
    },
    MetaTable: {
      type: 'object',
      properties: {
        kind: { const: 'table' },
        title: { type: 'string' },
        rows: { type: 'array', items: { type: 'object', additionalProperties: {} } },
      },
      required: ['kind', 'rows'],
    },
    MethodSnapshot: {
      type: 'object',
      properties: {
        id: { type: 'string' },
        pool: { type: 'string' },
        kind: { enum: ['cpu', 'io'] },
        calls: { $ref: '#/components/schemas/CallCounts' },
        runMs: { type: 'number', description: 'Time in threads.' },
        copyMs: {
          type: 'number',
          description: 'Main-thread time for copying arguments and results, partly estimated.',
        },
        roiMs: {
          type: 'number',
          description:
            'Main-thread time saved by offloading: `runMs - copyMs`. Negative: it does not pay.',
        },
      },
      required: ['id', 'pool', 'kind', 'calls', 'runMs', 'copyMs', 'roiMs'],
    },
    ModuleRow: {
      type: 'object',
      properties: {
        id: { type: 'string' },
        name: { type: 'string' },
        isGlobal: { type: 'boolean' },
        distance: {
          type: 'number',
          description: 'Distance from the root module, in imports; 0: the root itself.',
        },
        imports: {
          type: 'array',
          items: { type: 'string' },
          description: 'Ids of the imported modules.',
        },
        controllers: { type: 'array', items: { type: 'string' } },
        providers: { type: 'array', items: { type: 'string' } },
        exports: { type: 'array', items: { type: 'string' } },
        boot: {
          anyOf: [
            { type: 'null' },
            {
              type: 'object',
              properties: { atMs: { type: 'number' }, ms: { type: 'number' } },
              required: ['atMs', 'ms'],
            },
          ],
          description:
            'Start of its first construction, and the sum of all its construction times.',
        },
      },
      required: [
        'id',
        'name',
        'isGlobal',
        'distance',
        'imports',
        'controllers',
        'providers',
        'exports',
        'boot',
      ],
    },
    MomentsData: {
      type: 'object',
      properties: {
        count: { type: 'number' },
        sum: { type: 'number' },
        squares: { type: 'number', description: 'Sum of the squared distances from the mean.' },
        min: {
          type: 'number',
          description: '0 without values, as `max` is: JSON has no infinity.',
        },
        max: { type: 'number' },
      },
      required: ['count', 'sum', 'squares', 'min', 'max'],
    },
    NextStep: {
      type: 'object',
      properties: { label: { type: 'string' }, href: { type: 'string' } },
      required: ['label', 'href'],
    },
    NodeWarning: {
      type: 'object',
      properties: {
        name: { type: 'string' },
        code: { type: 'string' },
        message: { type: 'string' },
        count: { type: 'number' },
        lastAt: { type: 'string', format: 'date-time' },
      },
      required: ['name', 'code', 'message', 'count', 'lastAt'],
    },
    OffloadedCallRunningCall: {
      type: 'object',
      properties: {
        method: { type: 'string', description: 'Id of the method.' },
        runningMs: { type: 'number', description: 'Time since it began.' },
        requestId: {
          anyOf: [{ type: 'null' }, { type: 'string' }],
          description: 'Request that it belongs to; null: none.',
        },
      },
      required: ['method', 'runningMs', 'requestId'],
    },
    OneDependency: {
      type: 'object',
      properties: {
        service: {
          anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/Dependency' }],
          description: 'Null: no worker knows it, but not all have answered.',
        },
        workers: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              worker: { type: 'number' },
              value: { $ref: '#/components/schemas/ServiceSnapshot' },
              at: {
                type: 'string',
                format: 'date-time',
                description:
                  'Time of the answer, of a worker that is silent now. Absent: it answered.',
              },
            },
            required: ['worker', 'value'],
          },
        },
      },
      required: ['service', 'workers'],
    },
    OneRequest: {
      type: 'object',
      properties: {
        worker: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        request: {
          anyOf: [
            { type: 'null' },
            { $ref: '#/components/schemas/EndedRecord' },
            { $ref: '#/components/schemas/LiveRecord' },
          ],
          description: 'Null: its record is gone, and only logs or errors are left.',
        },
        waterfall: { anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/Waterfall' }] },
        traceId: { anyOf: [{ type: 'null' }, { type: 'string' }] },
        traceUrl: {
          anyOf: [{ type: 'null' }, { type: 'string' }],
          description:
            'Address of the trace; null without a trace, or without `traceUrl` of the setup.',
        },
        logs: {
          type: 'array',
          items: { $ref: '#/components/schemas/LogLine' },
          description: 'Oldest first.',
        },
        logsDropped: {
          type: 'number',
          description: 'Log records that were not kept with the request.',
        },
        errors: {
          type: 'array',
          items: { $ref: '#/components/schemas/ErrorGroup' },
          description: 'Groups of errors whose latest one is of this request.',
        },
      },
      required: [
        'worker',
        'request',
        'waterfall',
        'traceId',
        'traceUrl',
        'logs',
        'logsDropped',
        'errors',
      ],
    },
    OperationRun: {
      anyOf: [
        {
          type: 'object',
          properties: {
            id: { type: 'string' },
            name: { type: 'string' },
            title: { type: 'string' },
            by: { type: 'string' },
            input: {
              type: 'object',
              additionalProperties: {
                anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }],
              },
            },
            startedAt: { type: 'string', format: 'date-time' },
            progress: { type: 'string' },
            artifacts: { type: 'array', items: { $ref: '#/components/schemas/Artifact' } },
            state: { const: 'RUNNING' },
          },
          required: [
            'id',
            'name',
            'title',
            'by',
            'input',
            'startedAt',
            'progress',
            'artifacts',
            'state',
          ],
        },
        {
          type: 'object',
          properties: {
            id: { type: 'string' },
            name: { type: 'string' },
            title: { type: 'string' },
            by: { type: 'string' },
            input: {
              type: 'object',
              additionalProperties: {
                anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }],
              },
            },
            startedAt: { type: 'string', format: 'date-time' },
            progress: { type: 'string' },
            artifacts: { type: 'array', items: { $ref: '#/components/schemas/Artifact' } },
            state: { const: 'DONE' },
            endedAt: { type: 'string', format: 'date-time' },
            result: {},
          },
          required: [
            'id',
            'name',
            'title',
            'by',
            'input',
            'startedAt',
            'progress',
            'artifacts',
            'state',
            'endedAt',
            'result',
          ],
        },
        {
          type: 'object',
          properties: {
            id: { type: 'string' },
            name: { type: 'string' },
            title: { type: 'string' },
            by: { type: 'string' },
            input: {
              type: 'object',
              additionalProperties: {
                anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }],
              },
            },
            startedAt: { type: 'string', format: 'date-time' },
            progress: { type: 'string' },
            artifacts: { type: 'array', items: { $ref: '#/components/schemas/Artifact' } },
            state: { const: 'PARTIAL' },
            endedAt: { type: 'string', format: 'date-time' },
            result: {},
            outcomes: { type: 'array', items: { $ref: '#/components/schemas/WorkerOutcome' } },
          },
          required: [
            'id',
            'name',
            'title',
            'by',
            'input',
            'startedAt',
            'progress',
            'artifacts',
            'state',
            'endedAt',
            'result',
            'outcomes',
          ],
        },
        {
          type: 'object',
          properties: {
            id: { type: 'string' },
            name: { type: 'string' },
            title: { type: 'string' },
            by: { type: 'string' },
            input: {
              type: 'object',
              additionalProperties: {
                anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }],
              },
            },
            startedAt: { type: 'string', format: 'date-time' },
            progress: { type: 'string' },
            artifacts: { type: 'array', items: { $ref: '#/components/schemas/Artifact' } },
            state: { const: 'FAILED' },
            endedAt: { type: 'string', format: 'date-time' },
            error: { type: 'string' },
            outcomes: { type: 'array', items: { $ref: '#/components/schemas/WorkerOutcome' } },
          },
          required: [
            'id',
            'name',
            'title',
            'by',
            'input',
            'startedAt',
            'progress',
            'artifacts',
            'state',
            'endedAt',
            'error',
          ],
        },
        {
          type: 'object',
          properties: {
            id: { type: 'string' },
            name: { type: 'string' },
            title: { type: 'string' },
            by: { type: 'string' },
            input: {
              type: 'object',
              additionalProperties: {
                anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }],
              },
            },
            startedAt: { type: 'string', format: 'date-time' },
            progress: { type: 'string' },
            artifacts: { type: 'array', items: { $ref: '#/components/schemas/Artifact' } },
            state: { const: 'CANCELLED' },
            endedAt: { type: 'string', format: 'date-time' },
          },
          required: [
            'id',
            'name',
            'title',
            'by',
            'input',
            'startedAt',
            'progress',
            'artifacts',
            'state',
            'endedAt',
          ],
        },
      ],
    },
    Operations: {
      type: 'object',
      properties: {
        available: { type: 'array', items: { $ref: '#/components/schemas/AvailableOperation' } },
        runs: { type: 'array', items: { $ref: '#/components/schemas/RunSummary' } },
        audit: { type: 'array', items: { $ref: '#/components/schemas/AuditRecord' } },
      },
      required: ['available', 'runs', 'audit'],
    },
    OtherStack: {
      type: 'object',
      properties: {
        id: { type: 'number', description: 'Thread id, as in `threads`.' },
        name: { type: 'string' },
        state: { enum: ['QUIET', 'RUNNING'] },
        stack: { type: 'array', items: { type: 'string' }, description: 'Innermost frame first.' },
      },
      required: ['id', 'name', 'state', 'stack'],
    },
    OutWorker: {
      type: 'object',
      properties: {
        remainingMs: { type: 'number', description: 'Time until it is put back.' },
        by: { type: 'string' },
        reason: {
          anyOf: [{ type: 'null' }, { type: 'string' }],
          description: 'Null: none was given.',
        },
        since: { type: 'string' },
      },
      required: ['remainingMs', 'by', 'reason', 'since'],
    },
    Overload: {
      type: 'object',
      properties: {
        window: { enum: ['24h', '30m', '3h', '5m'] },
        flow: { $ref: '#/components/schemas/OverloadFlow' },
        connections: {
          type: 'array',
          items: { $ref: '#/components/schemas/QueuePoint' },
          description: 'Accept queue by the second, or by the minute beyond half an hour.',
        },
        requests: {
          type: 'array',
          items: { $ref: '#/components/schemas/RefusalPoint' },
          description: 'Admission of all workers by the second, over the last five minutes.',
        },
        routes: { type: 'array', items: { $ref: '#/components/schemas/RouteAdmission' } },
        queues: { type: 'array', items: { $ref: '#/components/schemas/ListenerSnapshot' } },
        workers: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              worker: { type: 'number' },
              value: { $ref: '#/components/schemas/AdmissionReport' },
              at: {
                type: 'string',
                format: 'date-time',
                description:
                  'Time of the answer, of a worker that is silent now. Absent: it answered.',
              },
            },
            required: ['worker', 'value'],
          },
        },
      },
      required: ['window', 'flow', 'connections', 'requests', 'routes', 'queues', 'workers'],
    },
    OverloadFlow: {
      type: 'object',
      properties: {
        connections: {
          type: 'object',
          properties: {
            offered: { $ref: '#/components/schemas/Amount' },
            waiting: { type: 'number' },
            maxQueue: { type: 'number' },
            oldestAgeMs: { type: 'number' },
            handed: { $ref: '#/components/schemas/Amount' },
            pending: { type: 'number' },
            shed: {
              type: 'object',
              properties: {
                perSecond: { anyOf: [{ type: 'null' }, { type: 'number' }] },
                total: { type: 'number' },
                full: { $ref: '#/components/schemas/Amount' },
                age: { $ref: '#/components/schemas/Amount' },
                codel: { $ref: '#/components/schemas/Amount' },
                down: { $ref: '#/components/schemas/Amount' },
              },
              required: ['perSecond', 'total', 'full', 'age', 'codel', 'down'],
            },
            closed: { type: 'number' },
          },
          required: [
            'offered',
            'waiting',
            'maxQueue',
            'oldestAgeMs',
            'handed',
            'pending',
            'shed',
            'closed',
          ],
          description:
            'Connections of the application: `offered.total = handed + shed + waiting + pending + closed`.',
        },
        workers: {
          type: 'object',
          properties: {
            ready: { type: 'number' },
            all: { type: 'number' },
            answeredPerSecond: {
              anyOf: [{ type: 'null' }, { type: 'number' }],
              description:
                'Requests answered per second; requests in flight; the part of them that failed.',
            },
            failedPerSecond: { anyOf: [{ type: 'null' }, { type: 'number' }] },
            inFlight: { anyOf: [{ type: 'null' }, { type: 'number' }] },
          },
          required: ['ready', 'all', 'answeredPerSecond', 'failedPerSecond', 'inFlight'],
        },
        routes: {
          anyOf: [
            { type: 'null' },
            {
              type: 'object',
              properties: {
                arrived: { type: 'number' },
                admitted: { $ref: '#/components/schemas/Amount' },
                refused: { $ref: '#/components/schemas/Amount' },
                left: { type: 'number' },
                waiting: { type: 'number' },
                inFlight: { type: 'number' },
                refusals: {
                  type: 'object',
                  properties: {
                    codel: { type: 'number' },
                    memory: { type: 'number' },
                    bypass: { type: 'number' },
                    lag: { type: 'number' },
                    queue: { type: 'number' },
                    wait: { type: 'number' },
                    deadline: { type: 'number' },
                    quota: { type: 'number' },
                  },
                },
              },
              required: [
                'arrived',
                'admitted',
                'refused',
                'left',
                'waiting',
                'inFlight',
                'refusals',
              ],
            },
          ],
          description: 'Requests at the admission of all workers; null: no worker has admission.',
        },
      },
      required: ['connections', 'workers', 'routes'],
    },
    Overview: {
      type: 'object',
      properties: {
        service: { $ref: '#/components/schemas/ServiceName' },
        group: { $ref: '#/components/schemas/RunningProcess' },
        incidents: {
          type: 'array',
          items: { $ref: '#/components/schemas/Incident' },
          description:
            'Problems that last, the worst first; then those that ended within half an hour.',
        },
        ready: { type: 'number' },
        window: { enum: ['24h', '30m', '3h', '5m'], description: 'Length of the history.' },
        now: { anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/HistoryPoint' }] },
        history: { type: 'array', items: { $ref: '#/components/schemas/HistoryPoint' } },
        lanes: { type: 'array', items: { $ref: '#/components/schemas/Lane' } },
        marks: {
          type: 'array',
          items: { $ref: '#/components/schemas/ChartMark' },
          description: 'Events in the range, which the charts mark.',
        },
        workers: { type: 'array', items: { $ref: '#/components/schemas/WorkerSnapshot' } },
        routes: { type: 'array', items: { $ref: '#/components/schemas/RouteFigures' } },
        waiting: { type: 'number' },
        memory: {
          type: 'object',
          properties: {
            worstBytes: { type: 'number' },
            limitBytes: { anyOf: [{ type: 'null' }, { type: 'number' }] },
          },
          required: ['worstBytes', 'limitBytes'],
          description: 'Private memory of the worker with the most, and its limit.',
        },
        shed: { type: 'number', description: 'Connections shed since the start.' },
        reload: {
          anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/ReloadProgress' }],
          description: 'Null: no reload is under way.',
        },
      },
      required: [
        'service',
        'group',
        'incidents',
        'ready',
        'window',
        'now',
        'history',
        'lanes',
        'marks',
        'workers',
        'routes',
        'waiting',
        'memory',
        'shed',
        'reload',
      ],
    },
    PackageRow: {
      type: 'object',
      properties: {
        name: { type: 'string' },
        version: { type: 'string' },
        declared: {
          type: 'string',
          description: "Range in the application's package.json; empty: a transitive dependency.",
        },
        license: { type: 'string' },
      },
      required: ['name', 'version', 'declared', 'license'],
    },
    PackagesReport: {
      type: 'object',
      properties: {
        name: { type: 'string', description: 'Name and version of the application itself.' },
        version: { type: 'string' },
        packages: { type: 'array', items: { $ref: '#/components/schemas/PackageRow' } },
      },
      required: ['name', 'version', 'packages'],
    },
    PageAnswer: {
      type: 'object',
      properties: {
        worker: { type: 'number' },
        value: { $ref: '#/components/schemas/PlainContent' },
        at: {
          type: 'string',
          format: 'date-time',
          description: 'Time of the answer, of a worker that is silent now. Absent: it answered.',
        },
      },
      required: ['worker', 'value'],
    },
    PagesProblem: {
      type: 'object',
      properties: {
        outcomes: {
          type: 'array',
          items: { $ref: '#/components/schemas/WorkerOutcome' },
          description: 'Of an operation that no worker carried out: what became of it in each.',
        },
        title: { type: 'string', description: 'Status text.' },
        status: { type: 'number' },
        detail: { type: 'string', description: 'Human-readable explanation.' },
        code: {
          type: 'string',
          description: 'Code from docs/errors.md; absent for errors that are not ours.',
        },
      },
      required: ['title', 'status', 'detail'],
    },
    PhaseSnapshot: {
      type: 'object',
      properties: {
        count: { type: 'number' },
        p50Ms: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        p95Ms: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        p99Ms: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        maxMs: { anyOf: [{ type: 'null' }, { type: 'number' }] },
      },
      required: ['count', 'p50Ms', 'p95Ms', 'p99Ms', 'maxMs'],
    },
    PlainContent: {
      anyOf: [
        { $ref: '#/components/schemas/MetaTable' },
        { $ref: '#/components/schemas/MetaFacts' },
        { $ref: '#/components/schemas/MetaChart' },
        {
          type: 'object',
          properties: { kind: { const: 'html' }, markup: { type: 'string' } },
          required: ['kind', 'markup'],
        },
        {
          type: 'object',
          properties: {
            kind: { const: 'list' },
            parts: { type: 'array', items: { $ref: '#/components/schemas/PlainContent' } },
          },
          required: ['kind', 'parts'],
        },
      ],
    },
    PoolCounts: {
      type: 'object',
      properties: {
        opened: { type: 'number' },
        closed: { type: 'number' },
        reused: { type: 'number' },
      },
      required: ['opened', 'closed', 'reused'],
    },
    PoolSnapshot: {
      type: 'object',
      properties: {
        name: { type: 'string' },
        kind: { enum: ['cpu', 'io'] },
        cancel: { type: 'string' },
        size: { type: 'number', description: 'Most threads at a time.' },
        minThreads: { type: 'number', description: 'Threads that are there even if no call is.' },
        threads: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              id: { type: 'number' },
              state: { enum: ['BOOTING', 'ENDING', 'FAILED', 'GONE', 'READY'] },
              call: {
                anyOf: [
                  { type: 'null' },
                  { $ref: '#/components/schemas/OffloadedCallRunningCall' },
                ],
              },
            },
            required: ['id', 'state', 'call'],
          },
        },
        ready: { type: 'number' },
        booting: { type: 'number' },
        busy: { type: 'number' },
        abandoned: { type: 'number', description: 'Threads busy with abandoned calls.' },
        waiting: { type: 'number' },
        maxQueue: { type: 'number' },
        waitMs: {
          type: 'number',
          description: 'Estimated wait of a new call; that for a boot while no thread is ready.',
        },
        boots: { $ref: '#/components/schemas/BootSnapshot' },
      },
      required: [
        'name',
        'kind',
        'cancel',
        'size',
        'minThreads',
        'threads',
        'ready',
        'booting',
        'busy',
        'abandoned',
        'waiting',
        'maxQueue',
        'waitMs',
        'boots',
      ],
    },
    QueuePoint: {
      type: 'object',
      properties: {
        at: { type: 'string', format: 'date-time' },
        accepted: {
          anyOf: [{ type: 'null' }, { type: 'number' }],
          description: 'Connections accepted per second: handed to a worker, shed, or waiting.',
        },
        handed: {
          anyOf: [{ type: 'null' }, { type: 'number' }],
          description: 'Connections handed to a worker per second.',
        },
        shed: {
          anyOf: [{ type: 'null' }, { type: 'number' }],
          description: 'Connections shed per second: the sum of the three reasons.',
        },
        shedFull: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        shedAge: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        shedCodel: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        waiting: {
          anyOf: [{ type: 'null' }, { type: 'number' }],
          description: 'Connections that waited at the end of the second.',
        },
      },
      required: ['at', 'accepted', 'handed', 'shed', 'shedFull', 'shedAge', 'shedCodel', 'waiting'],
    },
    Readiness: {
      type: 'object',
      properties: {
        group: {
          anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/GroupHealthReport' }],
          description: 'Null: a primary of an older release, during an upgrade, has none.',
        },
        workers: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              worker: { type: 'number' },
              value: { $ref: '#/components/schemas/ReadinessReport' },
              at: {
                type: 'string',
                format: 'date-time',
                description:
                  'Time of the answer, of a worker that is silent now. Absent: it answered.',
              },
            },
            required: ['worker', 'value'],
          },
        },
      },
      required: ['group', 'workers'],
    },
    ReadinessReport: {
      type: 'object',
      properties: {
        isReady: { type: 'boolean' },
        checks: { type: 'array', items: { $ref: '#/components/schemas/CheckOutcome' } },
      },
      required: ['isReady', 'checks'],
    },
    RecentError: {
      type: 'object',
      properties: {
        at: { type: 'string', format: 'date-time', description: 'Unix time in milliseconds.' },
        code: { type: 'string' },
        message: { type: 'string' },
        address: { type: 'string' },
      },
      required: ['at', 'code', 'message', 'address'],
    },
    RecycleRecord: {
      type: 'object',
      properties: {
        kind: {
          enum: [
            'age',
            'asked',
            'hard-memory',
            'liveness',
            'loop-delay',
            'memory',
            'reload',
            'requests',
          ],
        },
        outcome: { enum: ['ended at once', 'failed', 'kept', 'replaced'] },
        value: {
          anyOf: [{ type: 'null' }, { type: 'number' }],
          description:
            'The measured value and the limit it exceeded; null where nothing was measured.',
        },
        limit: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        at: { type: 'string', format: 'date-time', description: 'Wall-clock time' },
        slot: { type: 'number' },
        reason: { type: 'string' },
        failure: {
          anyOf: [{ type: 'null' }, { type: 'string' }],
          description: 'Why the old worker was kept, or the new one failed.',
        },
        before: { $ref: '#/components/schemas/RotationSide' },
        after: {
          anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/RotationSide' }],
          description: 'Null: no worker was started.',
        },
        tookMs: {
          type: 'number',
          description: 'From the start of the new worker until it took over the slot or failed.',
        },
      },
      required: [
        'kind',
        'outcome',
        'value',
        'limit',
        'at',
        'slot',
        'reason',
        'failure',
        'before',
        'after',
        'tookMs',
      ],
    },
    RefusalCount: {
      type: 'object',
      properties: {
        reason: {
          enum: ['bypass', 'codel', 'deadline', 'lag', 'memory', 'queue', 'quota', 'wait'],
        },
        priority: { enum: ['critical', 'high', 'normal', 'sheddable'] },
        count: { type: 'number' },
      },
      required: ['reason', 'priority', 'count'],
    },
    RefusalPoint: {
      type: 'object',
      properties: {
        at: { type: 'string', format: 'date-time' },
        admitted: { type: 'number' },
        refused: { type: 'number' },
        refusals: {
          type: 'object',
          properties: {
            codel: { type: 'number' },
            memory: { type: 'number' },
            bypass: { type: 'number' },
            lag: { type: 'number' },
            queue: { type: 'number' },
            wait: { type: 'number' },
            deadline: { type: 'number' },
            quota: { type: 'number' },
          },
        },
      },
      required: ['at', 'admitted', 'refused', 'refusals'],
    },
    ReloadProgress: {
      type: 'object',
      properties: {
        phase: { enum: ['CANARY', 'ROLLING', 'STOPPED'] },
        replaced: { type: 'number', description: 'Workers that run the new code.' },
        of: { type: 'number', description: 'Workers to replace.' },
        startedAt: { type: 'string', format: 'date-time' },
        isFollowed: { type: 'boolean', description: 'Whether another reload follows.' },
      },
      required: ['phase', 'replaced', 'of', 'startedAt', 'isFollowed'],
    },
    RequestStep: {
      type: 'object',
      properties: {
        name: { type: 'string' },
        atMs: { type: 'number', description: 'Start of the step, from the start of the request.' },
        ms: { type: 'number' },
      },
      required: ['name', 'atMs', 'ms'],
    },
    Requests: {
      type: 'object',
      properties: {
        inFlight: { type: 'number' },
        live: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              where: {
                type: 'string',
                description:
                  'Current position: `queue`, `handler`, or the name of the running step.',
              },
              remainingMs: {
                anyOf: [{ type: 'null' }, { type: 'number' }],
                description: 'Time until the deadline; null: no deadline.',
              },
              id: { type: 'string' },
              method: { type: 'string' },
              route: { type: 'string', description: 'Route pattern; `none`: no route matched.' },
              startedAt: { type: 'string', format: 'date-time', description: 'Start' },
              durationMs: {
                type: 'number',
                description: 'Duration; of a request in flight, its age.',
              },
              queueWaitMs: { type: 'number', description: 'Wait for admission.' },
              userAgent: { type: 'string', description: 'Header `user-agent`, truncated.' },
              traceId: {
                anyOf: [{ type: 'null' }, { type: 'string' }],
                description: 'Id of its trace, if anybody else knows of it.',
              },
              steps: { type: 'array', items: { $ref: '#/components/schemas/RequestStep' } },
              worker: { type: 'number' },
            },
            required: [
              'where',
              'remainingMs',
              'id',
              'method',
              'route',
              'startedAt',
              'durationMs',
              'queueWaitMs',
              'userAgent',
              'traceId',
              'steps',
              'worker',
            ],
          },
        },
        failed: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              status: { type: 'number' },
              isAborted: {
                type: 'boolean',
                description: 'Whether the client left before the answer was complete.',
              },
              id: { type: 'string' },
              method: { type: 'string' },
              route: { type: 'string', description: 'Route pattern; `none`: no route matched.' },
              startedAt: { type: 'string', format: 'date-time', description: 'Start' },
              durationMs: {
                type: 'number',
                description: 'Duration; of a request in flight, its age.',
              },
              queueWaitMs: { type: 'number', description: 'Wait for admission.' },
              userAgent: { type: 'string', description: 'Header `user-agent`, truncated.' },
              traceId: {
                anyOf: [{ type: 'null' }, { type: 'string' }],
                description: 'Id of its trace, if anybody else knows of it.',
              },
              steps: { type: 'array', items: { $ref: '#/components/schemas/RequestStep' } },
              worker: { type: 'number' },
            },
            required: [
              'status',
              'isAborted',
              'id',
              'method',
              'route',
              'startedAt',
              'durationMs',
              'queueWaitMs',
              'userAgent',
              'traceId',
              'steps',
              'worker',
            ],
          },
        },
        slow: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              status: { type: 'number' },
              isAborted: {
                type: 'boolean',
                description: 'Whether the client left before the answer was complete.',
              },
              id: { type: 'string' },
              method: { type: 'string' },
              route: { type: 'string', description: 'Route pattern; `none`: no route matched.' },
              startedAt: { type: 'string', format: 'date-time', description: 'Start' },
              durationMs: {
                type: 'number',
                description: 'Duration; of a request in flight, its age.',
              },
              queueWaitMs: { type: 'number', description: 'Wait for admission.' },
              userAgent: { type: 'string', description: 'Header `user-agent`, truncated.' },
              traceId: {
                anyOf: [{ type: 'null' }, { type: 'string' }],
                description: 'Id of its trace, if anybody else knows of it.',
              },
              steps: { type: 'array', items: { $ref: '#/components/schemas/RequestStep' } },
              worker: { type: 'number' },
            },
            required: [
              'status',
              'isAborted',
              'id',
              'method',
              'route',
              'startedAt',
              'durationMs',
              'queueWaitMs',
              'userAgent',
              'traceId',
              'steps',
              'worker',
            ],
          },
        },
        routes: { type: 'array', items: { $ref: '#/components/schemas/RouteFigures' } },
      },
      required: ['inFlight', 'live', 'failed', 'slow', 'routes'],
    },
    Resources: {
      type: 'object',
      properties: {
        history: { type: 'array', items: { $ref: '#/components/schemas/SlotPoint' } },
        memoryLimitBytes: {
          anyOf: [{ type: 'null' }, { type: 'number' }],
          description: 'Private memory over which the worker is replaced; null: there is no limit.',
        },
        cpu: {
          type: 'object',
          properties: { userMs: { type: 'number' }, systemMs: { type: 'number' } },
          required: ['userMs', 'systemMs'],
        },
        memory: {
          type: 'object',
          properties: {
            rssBytes: { type: 'number' },
            maxRssBytes: { type: 'number' },
            heapTotalBytes: { type: 'number' },
            heapUsedBytes: { type: 'number' },
            externalBytes: { type: 'number' },
            arrayBuffersBytes: { type: 'number' },
            availableBytes: { type: 'number' },
            limitBytes: { anyOf: [{ type: 'null' }, { type: 'number' }] },
          },
          required: [
            'rssBytes',
            'maxRssBytes',
            'heapTotalBytes',
            'heapUsedBytes',
            'externalBytes',
            'arrayBuffersBytes',
            'availableBytes',
            'limitBytes',
          ],
        },
        pageFaults: {
          type: 'object',
          properties: { minor: { type: 'number' }, major: { type: 'number' } },
          required: ['minor', 'major'],
        },
        contextSwitches: {
          type: 'object',
          properties: { voluntary: { type: 'number' }, involuntary: { type: 'number' } },
          required: ['voluntary', 'involuntary'],
        },
        fileSystem: {
          type: 'object',
          properties: { reads: { type: 'number' }, writes: { type: 'number' } },
          required: ['reads', 'writes'],
        },
        descriptors: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        activeResources: { type: 'object', additionalProperties: { type: 'number' } },
      },
      required: [
        'history',
        'memoryLimitBytes',
        'cpu',
        'memory',
        'pageFaults',
        'contextSwitches',
        'fileSystem',
        'descriptors',
        'activeResources',
      ],
    },
    RotationSide: {
      type: 'object',
      properties: {
        id: { type: 'number' },
        pid: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        usage: { anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/WorkerUsage' }] },
      },
      required: ['id', 'pid', 'usage'],
    },
    Route: {
      type: 'object',
      properties: {
        total: {
          type: 'number',
          description: 'Requests since the start, and over the last one to two minutes.',
        },
        recent: { anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/RouteFigures' }] },
        method: { type: 'string' },
        path: { type: 'string' },
        handler: {
          type: 'string',
          description: "Class and method of the handler; empty: not a controller's.",
        },
        guards: { type: 'array', items: { type: 'string' } },
        interceptors: { type: 'array', items: { type: 'string' } },
      },
      required: ['total', 'recent', 'method', 'path', 'handler', 'guards', 'interceptors'],
    },
    RouteAdmission: {
      type: 'object',
      properties: {
        name: { type: 'string' },
        limit: { type: 'number', description: 'Sum of the limits of the workers.' },
        inFlight: { type: 'number' },
        waiting: { type: 'number' },
        arrived: { type: 'number' },
        admitted: { type: 'number' },
        refused: { type: 'number' },
        left: { type: 'number' },
        medianMs: { type: 'number', description: 'Largest median of a worker.' },
        refusals: {
          type: 'object',
          properties: {
            codel: { type: 'number' },
            memory: { type: 'number' },
            bypass: { type: 'number' },
            lag: { type: 'number' },
            queue: { type: 'number' },
            wait: { type: 'number' },
            deadline: { type: 'number' },
            quota: { type: 'number' },
          },
        },
        history: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              at: { type: 'string', format: 'date-time' },
              limit: { anyOf: [{ type: 'null' }, { type: 'number' }] },
              inFlight: { anyOf: [{ type: 'null' }, { type: 'number' }] },
              waiting: { anyOf: [{ type: 'null' }, { type: 'number' }] },
            },
            required: ['at', 'limit', 'inFlight', 'waiting'],
          },
          description: 'By the second, over the last five minutes; null: no worker told of it.',
        },
      },
      required: [
        'name',
        'limit',
        'inFlight',
        'waiting',
        'arrived',
        'admitted',
        'refused',
        'left',
        'medianMs',
        'refusals',
        'history',
      ],
    },
    RouteFigures: {
      type: 'object',
      properties: {
        method: { type: 'string' },
        route: { type: 'string' },
        ever: {
          type: 'number',
          description: 'Requests since the start; all other figures cover the last minutes.',
        },
        count: { type: 'number' },
        failed: { type: 'number' },
        totalMs: { type: 'number', description: 'Sum of the durations of its requests.' },
        meanMs: { type: 'number' },
        p50Ms: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        p95Ms: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        p99Ms: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        maxMs: { type: 'number' },
      },
      required: [
        'method',
        'route',
        'ever',
        'count',
        'failed',
        'totalMs',
        'meanMs',
        'p50Ms',
        'p95Ms',
        'p99Ms',
        'maxMs',
      ],
    },
    RunSummary: {
      anyOf: [
        {
          type: 'object',
          properties: {
            name: { type: 'string' },
            title: { type: 'string' },
            id: { type: 'string' },
            by: { type: 'string' },
            input: {
              type: 'object',
              additionalProperties: {
                anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }],
              },
            },
            startedAt: { type: 'string', format: 'date-time' },
            progress: { type: 'string' },
            artifacts: { type: 'array', items: { $ref: '#/components/schemas/Artifact' } },
            state: { const: 'RUNNING' },
          },
          required: [
            'name',
            'title',
            'id',
            'by',
            'input',
            'startedAt',
            'progress',
            'artifacts',
            'state',
          ],
        },
        {
          type: 'object',
          properties: {
            name: { type: 'string' },
            title: { type: 'string' },
            id: { type: 'string' },
            by: { type: 'string' },
            input: {
              type: 'object',
              additionalProperties: {
                anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }],
              },
            },
            startedAt: { type: 'string', format: 'date-time' },
            progress: { type: 'string' },
            artifacts: { type: 'array', items: { $ref: '#/components/schemas/Artifact' } },
            state: { const: 'DONE' },
            endedAt: { type: 'string', format: 'date-time' },
          },
          required: [
            'name',
            'title',
            'id',
            'by',
            'input',
            'startedAt',
            'progress',
            'artifacts',
            'state',
            'endedAt',
          ],
        },
        {
          type: 'object',
          properties: {
            name: { type: 'string' },
            title: { type: 'string' },
            id: { type: 'string' },
            by: { type: 'string' },
            input: {
              type: 'object',
              additionalProperties: {
                anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }],
              },
            },
            startedAt: { type: 'string', format: 'date-time' },
            progress: { type: 'string' },
            artifacts: { type: 'array', items: { $ref: '#/components/schemas/Artifact' } },
            state: { const: 'PARTIAL' },
            endedAt: { type: 'string', format: 'date-time' },
            outcomes: { type: 'array', items: { $ref: '#/components/schemas/WorkerOutcome' } },
          },
          required: [
            'name',
            'title',
            'id',
            'by',
            'input',
            'startedAt',
            'progress',
            'artifacts',
            'state',
            'endedAt',
            'outcomes',
          ],
        },
        {
          type: 'object',
          properties: {
            error: { type: 'string' },
            name: { type: 'string' },
            title: { type: 'string' },
            id: { type: 'string' },
            by: { type: 'string' },
            input: {
              type: 'object',
              additionalProperties: {
                anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }],
              },
            },
            startedAt: { type: 'string', format: 'date-time' },
            progress: { type: 'string' },
            artifacts: { type: 'array', items: { $ref: '#/components/schemas/Artifact' } },
            state: { const: 'FAILED' },
            endedAt: { type: 'string', format: 'date-time' },
            outcomes: { type: 'array', items: { $ref: '#/components/schemas/WorkerOutcome' } },
          },
          required: [
            'error',
            'name',
            'title',
            'id',
            'by',
            'input',
            'startedAt',
            'progress',
            'artifacts',
            'state',
            'endedAt',
          ],
        },
        {
          type: 'object',
          properties: {
            name: { type: 'string' },
            title: { type: 'string' },
            id: { type: 'string' },
            by: { type: 'string' },
            input: {
              type: 'object',
              additionalProperties: {
                anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }],
              },
            },
            startedAt: { type: 'string', format: 'date-time' },
            progress: { type: 'string' },
            artifacts: { type: 'array', items: { $ref: '#/components/schemas/Artifact' } },
            state: { const: 'CANCELLED' },
            endedAt: { type: 'string', format: 'date-time' },
          },
          required: [
            'name',
            'title',
            'id',
            'by',
            'input',
            'startedAt',
            'progress',
            'artifacts',
            'state',
            'endedAt',
          ],
        },
      ],
    },
    RunningCall: {
      type: 'object',
      properties: {
        worker: { type: 'number' },
        pool: { type: 'string' },
        thread: { type: 'number' },
        method: { type: 'string' },
        runningMs: { type: 'number' },
        requestId: { anyOf: [{ type: 'null' }, { type: 'string' }] },
      },
      required: ['worker', 'pool', 'thread', 'method', 'runningMs', 'requestId'],
    },
    RunningProcess: {
      type: 'object',
      properties: {
        pid: { type: 'number' },
        host: { type: 'string' },
        environment: {
          anyOf: [{ type: 'null' }, { type: 'string' }],
          description: '`NODE_ENV`; null: it is not set.',
        },
        startedAt: { type: 'string', format: 'date-time' },
      },
      required: ['pid', 'host', 'environment', 'startedAt'],
    },
    ScalingRecord: {
      type: 'object',
      properties: {
        at: { type: 'string', format: 'date-time' },
        from: { type: 'number' },
        to: { type: 'number' },
        cause: { enum: ['configured', 'idle', 'memory', 'order', 'queue', 'shed', 'utilization'] },
        reason: { type: 'string', description: 'Human-readable, with the figures.' },
        by: {
          anyOf: [{ type: 'null' }, { type: 'string' }],
          description: 'Operator who ordered it; null: the load, or the program.',
        },
      },
      required: ['at', 'from', 'to', 'cause', 'reason', 'by'],
    },
    ScalingSnapshot: {
      type: 'object',
      properties: {
        wanted: { type: 'number' },
        min: { type: 'number', description: 'Numbers that it may be scaled to.' },
        max: { type: 'number' },
        follows: {
          enum: ['configuration', 'load', 'order'],
          description: 'What decides the number: the load, the option `workers`, or an order.',
        },
        heldBy: {
          anyOf: [{ type: 'null' }, { type: 'string' }],
          description: "Why the number can't change now, human-readable; null: it can.",
        },
        history: {
          type: 'array',
          items: { $ref: '#/components/schemas/ScalingRecord' },
          description: 'Newest first.',
        },
      },
      required: ['wanted', 'min', 'max', 'follows', 'heldBy', 'history'],
    },
    SeriesHistory: {
      type: 'object',
      properties: {
        labels: { type: 'object', additionalProperties: { type: 'string' } },
        points: { type: 'array', items: { $ref: '#/components/schemas/StatisticPoint' } },
      },
      required: ['labels', 'points'],
    },
    ServiceName: {
      type: 'object',
      properties: { name: { type: 'string' }, version: { type: 'string' } },
      required: ['name', 'version'],
    },
    ServiceSnapshot: {
      type: 'object',
      properties: {
        name: { type: 'string' },
        aliases: { type: 'array', items: { type: 'string' } },
        tls: { type: 'boolean' },
        tiers: { type: 'array', items: { $ref: '#/components/schemas/TierSnapshot' } },
        requests: {
          type: 'object',
          properties: {
            requested: { type: 'number' },
            given: { type: 'number' },
            failed: { type: 'number' },
            abandoned: {
              type: 'number',
              description:
                'Requests whose caller left, or that ended with an error other than `ConnectionError`.',
            },
            pending: { type: 'number' },
          },
          required: ['requested', 'given', 'failed', 'abandoned', 'pending'],
          description: '`requested = given + failed + abandoned + pending`.',
        },
        leases: {
          type: 'object',
          properties: {
            leased: { type: 'number' },
            released: { type: 'number' },
            destroyed: { type: 'number' },
            broken: {
              type: 'number',
              description: 'Leases that broke while held; also counted above, by how they ended.',
            },
            held: { type: 'number' },
          },
          required: ['leased', 'released', 'destroyed', 'broken', 'held'],
          description: '`leased = released + destroyed + held`.',
        },
        phases: {
          type: 'object',
          properties: {
            wait: { $ref: '#/components/schemas/PhaseSnapshot' },
            dns: { $ref: '#/components/schemas/PhaseSnapshot' },
            tcp: { $ref: '#/components/schemas/PhaseSnapshot' },
            tls: { $ref: '#/components/schemas/PhaseSnapshot' },
            firstByte: { $ref: '#/components/schemas/PhaseSnapshot' },
          },
          required: ['wait', 'dns', 'tcp', 'tls', 'firstByte'],
        },
        throttle: {
          type: 'object',
          properties: { chance: { type: 'number' }, heldBack: { type: 'number' } },
          required: ['chance', 'heldBack'],
        },
        retries: {
          type: 'object',
          properties: { left: { type: 'number' }, refused: { type: 'number' } },
          required: ['left', 'refused'],
        },
        errors: {
          type: 'object',
          additionalProperties: { type: 'number' },
          description: 'Counts by error code since the start.',
        },
        lastErrors: { type: 'array', items: { $ref: '#/components/schemas/RecentError' } },
      },
      required: [
        'name',
        'aliases',
        'tls',
        'tiers',
        'requests',
        'leases',
        'phases',
        'throttle',
        'retries',
        'errors',
        'lastErrors',
      ],
    },
    SettingOfGroup: {
      type: 'object',
      properties: {
        workers: { type: 'array', items: { type: 'number' } },
        name: { type: 'string' },
        accepts: { type: 'string', description: 'Accepted values, human-readable.' },
        choices: {
          anyOf: [
            { type: 'null' },
            {
              type: 'array',
              items: { anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }] },
            },
          ],
          description: 'Values to choose from; null: any that it accepts.',
        },
        summary: { type: 'string' },
        configured: {
          anyOf: [{ type: 'null' }, { type: 'string' }, { type: 'number' }, { type: 'boolean' }],
          description: 'Null: the feature decides by itself.',
        },
        value: {
          anyOf: [{ type: 'null' }, { type: 'string' }, { type: 'number' }, { type: 'boolean' }],
        },
        changed: {
          anyOf: [
            { type: 'null' },
            {
              type: 'object',
              properties: {
                by: { type: 'string' },
                since: { type: 'string' },
                remainingMs: { type: 'number' },
              },
              required: ['by', 'since', 'remainingMs'],
            },
          ],
          description: 'Null: no operator has changed it.',
        },
        problem: {
          anyOf: [{ type: 'null' }, { type: 'string' }],
          description: 'Why the change does not apply, or the error of a listener; null: neither.',
        },
      },
      required: [
        'workers',
        'name',
        'accepts',
        'choices',
        'summary',
        'configured',
        'value',
        'changed',
        'problem',
      ],
    },
    SketchData: {
      type: 'object',
      properties: {
        zeros: {
          type: 'number',
          description: 'Number of values too close to zero for a logarithmic bin.',
        },
        positive: { $ref: '#/components/schemas/BinsData' },
        negative: { $ref: '#/components/schemas/BinsData' },
      },
      required: ['zeros', 'positive', 'negative'],
    },
    SlotPoint: {
      type: 'object',
      properties: {
        at: { type: 'string', format: 'date-time', description: 'Start' },
        failed: { type: 'number' },
        requests: { type: 'number' },
        inFlight: { type: 'number' },
        lagMs: { type: 'number' },
        elu: { type: 'number' },
        cpu: { type: 'number' },
        rssBytes: { type: 'number' },
        heapUsedBytes: { type: 'number' },
      },
      required: [
        'at',
        'failed',
        'requests',
        'inFlight',
        'lagMs',
        'elu',
        'cpu',
        'rssBytes',
        'heapUsedBytes',
      ],
    },
    Socket: {
      type: 'object',
      properties: {
        worker: { type: 'number' },
        service: {
          type: 'string',
          description: 'Configured service of the remote address; empty: none.',
        },
        fd: {
          anyOf: [{ type: 'null' }, { type: 'number' }],
          description: 'File descriptor; null: unknown.',
        },
        kind: { enum: ['incoming', 'listening', 'other', 'outgoing', 'pipe', 'udp'] },
        local: { type: 'string' },
        remote: { type: 'string' },
        writeQueueBytes: {
          type: 'number',
          description: 'Send queue: bytes not sent, or sent and not acknowledged.',
        },
        openedAt: {
          anyOf: [{ type: 'null' }, { type: 'string', format: 'date-time' }],
          description: 'Time of opening; null: unknown.',
        },
        openedBy: {
          type: 'string',
          description: 'Method and route of the request that opened it; empty: unknown.',
        },
      },
      required: [
        'worker',
        'service',
        'fd',
        'kind',
        'local',
        'remote',
        'writeQueueBytes',
        'openedAt',
        'openedBy',
      ],
    },
    Sockets: {
      type: 'object',
      properties: {
        total: { type: 'number' },
        rows: { type: 'array', items: { $ref: '#/components/schemas/Socket' } },
      },
      required: ['total', 'rows'],
    },
    Span: {
      type: 'object',
      properties: {
        kind: { enum: ['admission', 'blocked', 'own', 'step'] },
        name: { type: 'string' },
        atMs: { type: 'number', description: 'Start, from the start of the request.' },
        ms: { type: 'number' },
      },
      required: ['kind', 'name', 'atMs', 'ms'],
    },
    StacksReport: {
      type: 'object',
      properties: {
        taken: {
          anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/TakenStacks' }],
          description: 'Stacks that were taken last; null: none yet.',
        },
        calls: {
          type: 'array',
          items: { $ref: '#/components/schemas/RunningCall' },
          description: 'Calls in pool threads now, longest first.',
        },
      },
      required: ['taken', 'calls'],
    },
    StatSnapshot: {
      anyOf: [
        {
          type: 'object',
          properties: {
            kind: { const: 'duration' },
            name: { type: 'string' },
            help: { type: 'string' },
            unit: {
              type: 'string',
              description:
                'Unit of the values, as Prometheus names it: `bytes`, `seconds`. Empty: a plain number.',
            },
            buckets: {
              type: 'array',
              items: { type: 'number' },
              description:
                'Upper bounds of its Prometheus buckets, in seconds for durations; empty: the default.',
            },
            merge: {
              enum: ['average', 'max', 'min', 'sum'],
              description: 'How the gauges of several processes become one; of gauges only.',
            },
            series: {
              type: 'array',
              items: {
                type: 'object',
                properties: {
                  labels: { type: 'object', additionalProperties: { type: 'string' } },
                  data: { $ref: '#/components/schemas/DistributionSnapshot' },
                },
                required: ['labels', 'data'],
              },
            },
          },
          required: ['kind', 'name', 'help', 'unit', 'buckets', 'series'],
        },
        {
          type: 'object',
          properties: {
            kind: { const: 'value' },
            name: { type: 'string' },
            help: { type: 'string' },
            unit: {
              type: 'string',
              description:
                'Unit of the values, as Prometheus names it: `bytes`, `seconds`. Empty: a plain number.',
            },
            buckets: {
              type: 'array',
              items: { type: 'number' },
              description:
                'Upper bounds of its Prometheus buckets, in seconds for durations; empty: the default.',
            },
            merge: {
              enum: ['average', 'max', 'min', 'sum'],
              description: 'How the gauges of several processes become one; of gauges only.',
            },
            series: {
              type: 'array',
              items: {
                type: 'object',
                properties: {
                  labels: { type: 'object', additionalProperties: { type: 'string' } },
                  data: { $ref: '#/components/schemas/DistributionSnapshot' },
                },
                required: ['labels', 'data'],
              },
            },
          },
          required: ['kind', 'name', 'help', 'unit', 'buckets', 'series'],
        },
        {
          type: 'object',
          properties: {
            kind: { const: 'interval' },
            name: { type: 'string' },
            help: { type: 'string' },
            unit: {
              type: 'string',
              description:
                'Unit of the values, as Prometheus names it: `bytes`, `seconds`. Empty: a plain number.',
            },
            buckets: {
              type: 'array',
              items: { type: 'number' },
              description:
                'Upper bounds of its Prometheus buckets, in seconds for durations; empty: the default.',
            },
            merge: {
              enum: ['average', 'max', 'min', 'sum'],
              description: 'How the gauges of several processes become one; of gauges only.',
            },
            series: {
              type: 'array',
              items: {
                type: 'object',
                properties: {
                  labels: { type: 'object', additionalProperties: { type: 'string' } },
                  data: { $ref: '#/components/schemas/DistributionSnapshot' },
                },
                required: ['labels', 'data'],
              },
            },
          },
          required: ['kind', 'name', 'help', 'unit', 'buckets', 'series'],
        },
        {
          type: 'object',
          properties: {
            kind: { const: 'counter' },
            name: { type: 'string' },
            help: { type: 'string' },
            unit: {
              type: 'string',
              description:
                'Unit of the values, as Prometheus names it: `bytes`, `seconds`. Empty: a plain number.',
            },
            buckets: {
              type: 'array',
              items: { type: 'number' },
              description:
                'Upper bounds of its Prometheus buckets, in seconds for durations; empty: the default.',
            },
            merge: {
              enum: ['average', 'max', 'min', 'sum'],
              description: 'How the gauges of several processes become one; of gauges only.',
            },
            series: {
              type: 'array',
              items: {
                type: 'object',
                properties: {
                  labels: { type: 'object', additionalProperties: { type: 'string' } },
                  data: {
                    type: 'object',
                    properties: { total: { type: 'number' } },
                    required: ['total'],
                  },
                },
                required: ['labels', 'data'],
              },
            },
          },
          required: ['kind', 'name', 'help', 'unit', 'buckets', 'series'],
        },
        {
          type: 'object',
          properties: {
            kind: { const: 'gauge' },
            name: { type: 'string' },
            help: { type: 'string' },
            unit: {
              type: 'string',
              description:
                'Unit of the values, as Prometheus names it: `bytes`, `seconds`. Empty: a plain number.',
            },
            buckets: {
              type: 'array',
              items: { type: 'number' },
              description:
                'Upper bounds of its Prometheus buckets, in seconds for durations; empty: the default.',
            },
            merge: {
              enum: ['average', 'max', 'min', 'sum'],
              description: 'How the gauges of several processes become one; of gauges only.',
            },
            series: {
              type: 'array',
              items: {
                type: 'object',
                properties: {
                  labels: { type: 'object', additionalProperties: { type: 'string' } },
                  data: { $ref: '#/components/schemas/GaugeSnapshot' },
                },
                required: ['labels', 'data'],
              },
            },
          },
          required: ['kind', 'name', 'help', 'unit', 'buckets', 'series'],
        },
        {
          type: 'object',
          properties: {
            kind: { const: 'states' },
            name: { type: 'string' },
            help: { type: 'string' },
            unit: {
              type: 'string',
              description:
                'Unit of the values, as Prometheus names it: `bytes`, `seconds`. Empty: a plain number.',
            },
            buckets: {
              type: 'array',
              items: { type: 'number' },
              description:
                'Upper bounds of its Prometheus buckets, in seconds for durations; empty: the default.',
            },
            merge: {
              enum: ['average', 'max', 'min', 'sum'],
              description: 'How the gauges of several processes become one; of gauges only.',
            },
            series: {
              type: 'array',
              items: {
                type: 'object',
                properties: {
                  labels: { type: 'object', additionalProperties: { type: 'string' } },
                  data: { $ref: '#/components/schemas/StatesSnapshot' },
                },
                required: ['labels', 'data'],
              },
            },
          },
          required: ['kind', 'name', 'help', 'unit', 'buckets', 'series'],
        },
        {
          type: 'object',
          properties: {
            kind: { const: 'sketch' },
            name: { type: 'string' },
            help: { type: 'string' },
            unit: {
              type: 'string',
              description:
                'Unit of the values, as Prometheus names it: `bytes`, `seconds`. Empty: a plain number.',
            },
            buckets: {
              type: 'array',
              items: { type: 'number' },
              description:
                'Upper bounds of its Prometheus buckets, in seconds for durations; empty: the default.',
            },
            merge: {
              enum: ['average', 'max', 'min', 'sum'],
              description: 'How the gauges of several processes become one; of gauges only.',
            },
            series: {
              type: 'array',
              items: {
                type: 'object',
                properties: {
                  labels: { type: 'object', additionalProperties: { type: 'string' } },
                  data: { $ref: '#/components/schemas/StreamSketchSnapshot' },
                },
                required: ['labels', 'data'],
              },
            },
          },
          required: ['kind', 'name', 'help', 'unit', 'buckets', 'series'],
        },
      ],
    },
    StatesSnapshot: {
      type: 'object',
      properties: {
        states: {
          type: 'object',
          additionalProperties: {
            type: 'object',
            properties: {
              entered: { type: 'number' },
              current: { type: 'number' },
              totalMs: { type: 'number' },
            },
            required: ['entered', 'current', 'totalMs'],
          },
        },
        transitions: {
          type: 'object',
          additionalProperties: { type: 'number' },
          description: 'Counts by `FROM>TO`.',
        },
      },
      required: ['states', 'transitions'],
    },
    StatisticPoint: {
      type: 'object',
      properties: {
        at: { type: 'string', format: 'date-time' },
        rate: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        value: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        p50: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        p95: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        p99: { anyOf: [{ type: 'null' }, { type: 'number' }] },
      },
      required: ['at'],
    },
    StoppedReload: {
      type: 'object',
      properties: {
        at: { type: 'string', format: 'date-time', description: 'End' },
        failure: { type: 'string' },
        replaced: {
          type: 'number',
          description: 'Present workers that started since it began: they run the new code.',
        },
        of: { type: 'number', description: 'Present workers.' },
      },
      required: ['at', 'failure', 'replaced', 'of'],
    },
    StreamEvent: {
      anyOf: [
        {
          type: 'object',
          properties: { type: { const: 'start' }, at: { type: 'string', format: 'date-time' } },
          required: ['type', 'at'],
        },
        {
          type: 'object',
          properties: { type: { const: 'record' }, worker: { type: 'number' }, record: {} },
          required: ['type', 'worker', 'record'],
        },
        {
          type: 'object',
          properties: { type: { const: 'dropped' }, count: { type: 'number' } },
          required: ['type', 'count'],
        },
        {
          type: 'object',
          properties: { type: { const: 'heartbeat' }, at: { type: 'string', format: 'date-time' } },
          required: ['type', 'at'],
        },
        {
          type: 'object',
          properties: { type: { const: 'end' }, reason: { const: 'shutdown' } },
          required: ['type', 'reason'],
        },
      ],
    },
    StreamSketchSnapshot: {
      type: 'object',
      properties: {
        count: { type: 'number' },
        cardinality: {
          type: 'number',
          description: 'Estimated number of distinct items, within about 2 %.',
        },
        top: {
          type: 'array',
          items: { $ref: '#/components/schemas/HeavyHitter' },
          description: 'Most frequent items, highest count first.',
        },
        registers: { $ref: '#/components/schemas/CardinalityData' },
      },
      required: ['count', 'cardinality', 'top', 'registers'],
    },
    Summary: {
      type: 'object',
      properties: {
        count: { type: 'number' },
        sum: { type: 'number' },
        min: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        max: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        mean: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        standardDeviation: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        p50: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        p90: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        p95: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        p99: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        p999: { anyOf: [{ type: 'null' }, { type: 'number' }], description: '99.9th percentile.' },
      },
      required: [
        'count',
        'sum',
        'min',
        'max',
        'mean',
        'standardDeviation',
        'p50',
        'p90',
        'p95',
        'p99',
        'p999',
      ],
    },
    TakenStacks: {
      type: 'object',
      properties: {
        at: { type: 'string', format: 'date-time' },
        workers: { $ref: '#/components/schemas/Coverage' },
        stacks: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              worker: { type: 'number' },
              value: { $ref: '#/components/schemas/WorkerStacks' },
              at: {
                type: 'string',
                format: 'date-time',
                description:
                  'Time of the answer, of a worker that is silent now. Absent: it answered.',
              },
            },
            required: ['worker', 'value'],
          },
        },
      },
      required: ['at', 'workers', 'stacks'],
    },
    ThreadsSnapshot: {
      type: 'object',
      properties: {
        mode: { type: 'string' },
        pools: { type: 'array', items: { $ref: '#/components/schemas/PoolSnapshot' } },
        methods: { type: 'array', items: { $ref: '#/components/schemas/MethodSnapshot' } },
        auto: {
          type: 'array',
          items: { $ref: '#/components/schemas/AutoOffloadEntry' },
          description: 'Decisions of `autoOffload()`.',
        },
      },
      required: ['mode', 'pools', 'methods', 'auto'],
    },
    TierSnapshot: {
      type: 'object',
      properties: {
        addresses: {
          type: 'array',
          items: { type: 'string' },
          description: 'Configured addresses.',
        },
        endpoints: {
          type: 'array',
          items: { $ref: '#/components/schemas/EndpointSnapshot' },
          description: 'Endpoints that they resolve to; empty: not resolved yet.',
        },
      },
      required: ['addresses', 'endpoints'],
    },
    Turnover: {
      type: 'object',
      properties: {
        exits: { type: 'array', items: { $ref: '#/components/schemas/ExplainedExit' } },
        replacements: { type: 'array', items: { $ref: '#/components/schemas/RecycleRecord' } },
        underWay: { type: 'array', items: { $ref: '#/components/schemas/UnderWay' } },
        reload: {
          anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/ReloadProgress' }],
          description: 'Null: no reload is under way.',
        },
        stoppedReload: {
          anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/StoppedReload' }],
          description: 'Null: the last reload replaced all workers, or there was none.',
        },
        limits: {
          anyOf: [
            { type: 'null' },
            {
              type: 'object',
              properties: {
                maxRssBytes: {
                  type: 'number',
                  description:
                    "Private memory over which a worker is replaced; ±10 % per worker, so that not all reach it together. Counts memory that no other process shares. At least 1.25 times the worker's memory at READY plus 64 MiB.",
                },
                hardRssBytes: {
                  type: 'number',
                  description:
                    "Private memory over which a worker drains for at most 3 s without waiting for a successor. At least `maxRssBytes`, and 1.5 times the worker's memory at READY plus 96 MiB. The only READY worker waits for its successor, unless the group is at its memory limit; a replacement that fails is tried again after 5 s, then ever later, up to 5 minutes.",
                },
                maxAgeMs: {
                  type: 'number',
                  description:
                    'Age at which a worker is replaced; ±10 % per worker. Never unless given.',
                },
                maxRequests: {
                  type: 'number',
                  description:
                    'Requests after which a worker is replaced; ±10 % per worker. Never unless given.',
                },
                maxLoopDelayMs: {
                  type: 'number',
                  description:
                    "Event loop lag (p99) over which a worker is replaced, if over twice the others' median.",
                },
                sampleIntervalMs: {
                  type: 'number',
                  description: 'Sampling interval of all these limits but `hardRssBytes`.',
                },
                samples: {
                  type: 'number',
                  description:
                    'Consecutive samples over a memory, lag or liveness limit before replacement.',
                },
                minAgeMs: {
                  type: 'number',
                  description:
                    'Age below which a worker is kept, unless the group runs out of memory.',
                },
                minIntervalMs: {
                  type: 'number',
                  description:
                    'Minimum time between two recyclings; grows up to 64-fold after failures.',
                },
              },
              required: [
                'maxRssBytes',
                'hardRssBytes',
                'maxAgeMs',
                'maxRequests',
                'maxLoopDelayMs',
                'sampleIntervalMs',
                'samples',
                'minAgeMs',
                'minIntervalMs',
              ],
            },
          ],
        },
      },
      required: ['exits', 'replacements', 'underWay', 'reload', 'stoppedReload', 'limits'],
    },
    UnderWay: {
      type: 'object',
      properties: {
        slot: { type: 'number' },
        reason: { type: 'string' },
        phase: { enum: ['ENDING', 'PROVING', 'REFILLING', 'STARTING', 'VACATING'] },
      },
      required: ['slot', 'reason', 'phase'],
    },
    VariableRow: {
      type: 'object',
      properties: {
        name: { type: 'string' },
        value: {
          type: 'string',
          description:
            'Redacted unless `meta.showEnv` has the name and the name does not sound secret.',
        },
        isHidden: { type: 'boolean' },
      },
      required: ['name', 'value', 'isHidden'],
    },
    Warning: {
      type: 'object',
      properties: {
        level: {
          enum: ['hint', 'problem'],
          description: '`problem`: will do harm. `hint`: may do harm.',
        },
        code: { type: 'string', description: 'Stable name of the rule.' },
        text: { type: 'string' },
        advice: { type: 'string' },
      },
      required: ['level', 'code', 'text', 'advice'],
    },
    Waterfall: {
      type: 'object',
      properties: {
        durationMs: { type: 'number' },
        spans: { type: 'array', items: { $ref: '#/components/schemas/Span' } },
        ownMs: {
          type: 'number',
          description: 'Time outside of admission, steps and blocked loops.',
        },
        blockedMs: {
          type: 'number',
          description:
            'Time for which the event loop was blocked meanwhile, by this request or by another one.',
        },
      },
      required: ['durationMs', 'spans', 'ownMs', 'blockedMs'],
    },
    WorkerExit: {
      type: 'object',
      properties: {
        pid: { type: 'number' },
        cause: { enum: ['boot', 'crash', 'hung', 'memory', 'planned', 'signal'] },
        code: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        signal: { anyOf: [{ type: 'null' }, { type: 'string' }] },
        reason: { type: 'string', description: 'Human-readable.' },
        uptimeMs: { type: 'number' },
        at: { type: 'string', format: 'date-time', description: 'Wall-clock time' },
        stack: {
          type: 'array',
          items: { type: 'string' },
          description:
            'Stack when it was killed for a blocked event loop, innermost function first.',
        },
      },
      required: ['pid', 'cause', 'code', 'signal', 'reason', 'uptimeMs', 'at'],
    },
    WorkerOutcome: {
      type: 'object',
      properties: {
        worker: { type: 'number' },
        status: {
          enum: ['done', 'failed', 'silent'],
          description: '`silent`: no answer in time; the worker may carry it out all the same.',
        },
        error: { type: 'string', description: 'Reason of a failure.' },
      },
      required: ['worker', 'status'],
    },
    WorkerSnapshot: {
      type: 'object',
      properties: {
        part: { enum: ['current', 'leaving', 'successor'] },
        id: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        slot: { type: 'number' },
        pid: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        state: {
          enum: ['BOOTING', 'DRAINING', 'EXITED', 'READY', 'SPAWNED', 'STALLED', 'STOPPING'],
        },
        uptimeMs: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        silentMs: {
          anyOf: [{ type: 'null' }, { type: 'number' }],
          description:
            'Time since its last sign of life, while it is STALLED: its figures are as old; else null.',
        },
        rssBytes: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        privateBytes: {
          anyOf: [{ type: 'null' }, { type: 'number' }],
          description:
            'Part of RSS that no other process shares, plus swap; the memory limits apply to it.',
        },
        heapUsedBytes: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        elu: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        loopDelayP99Ms: { anyOf: [{ type: 'null' }, { type: 'number' }] },
        connections: { type: 'number' },
        inFlight: { type: 'number' },
        handed: { type: 'number' },
        requests: {
          type: 'number',
          description: 'Requests since its start, as of its latest measurement.',
        },
        livenessFailure: {
          anyOf: [{ type: 'null' }, { type: 'string' }],
          description: 'Failure of a liveness check, human-readable; null: all pass.',
        },
        out: {
          anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/OutWorker' }],
          description: 'Null: no operator took it out.',
        },
        unmanaged: {
          type: 'array',
          items: { type: 'string' },
          description: 'Addresses of its servers outside the accept queue.',
        },
        restarts: { type: 'number' },
        lastExit: { anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/WorkerExit' }] },
        nextStartMs: {
          anyOf: [{ type: 'null' }, { type: 'number' }],
          description:
            'Time until the next start in an empty slot; null: there is a worker, or no start is due.',
        },
      },
      required: [
        'part',
        'id',
        'slot',
        'pid',
        'state',
        'uptimeMs',
        'silentMs',
        'rssBytes',
        'privateBytes',
        'heapUsedBytes',
        'elu',
        'loopDelayP99Ms',
        'connections',
        'inFlight',
        'handed',
        'requests',
        'livenessFailure',
        'out',
        'unmanaged',
        'restarts',
        'lastExit',
        'nextStartMs',
      ],
    },
    WorkerStacks: {
      type: 'object',
      properties: {
        main: { enum: ['DEBUGGED', 'IDLE', 'NATIVE', 'RUNNING'] },
        stack: { type: 'array', items: { type: 'string' }, description: 'Innermost frame first.' },
        requestId: {
          anyOf: [{ type: 'null' }, { type: 'string' }],
          description: 'Request whose context was active; null: none.',
        },
        stoppedMs: { type: 'number', description: 'Time for which the main thread was paused.' },
        threads: { type: 'array', items: { $ref: '#/components/schemas/OtherStack' } },
      },
      required: ['main', 'stack', 'requestId', 'stoppedMs', 'threads'],
    },
    WorkerUsage: {
      type: 'object',
      properties: {
        rssBytes: { type: 'number' },
        privateBytes: {
          type: 'number',
          description: 'Part of `rssBytes` that no other process shares.',
        },
        heapUsedBytes: { type: 'number' },
        elu: {
          type: 'number',
          description: 'Event loop utilization since the previous reading, 0 to 1.',
        },
        loopDelayP99Ms: { type: 'number' },
        requests: { type: 'number', description: 'Requests taken since the worker started.' },
      },
      required: ['rssBytes', 'privateBytes', 'heapUsedBytes', 'elu', 'loopDelayP99Ms', 'requests'],
    },
  },
};
