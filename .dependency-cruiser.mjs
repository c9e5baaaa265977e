/** Which folder of lib/ may import which, lowest layer first. */
const layers = [
  ['common', 'posix'],
  ['channel'],
  ['reports'],
  ['stats'],
  ['context'],
  ['logging'],
  ['admission', 'buffered-socket', 'threads', 'connections', 'insight'],
  ['cluster', 'meta'],
];
/** Rooms of lib/cluster, by the process in which their lines run; `protocol` is what both sides know. */
const primaryRooms = 'primary|replacing|scaling|supervision|accepting|takeover';
const workerRooms = 'worker|sentinel|adapter|liveness|single';
/** Rooms of lib/connections, lowest first; a file beside them is known to all, or knows all. */
const connectionRooms = ['settings', 'addresses', 'pool', 'calls', 'services'];
const nestRoles =
  'module|module-definition|decorator|explorer|provider|controller|adapter|interceptor|filter|app';

const upward = layers.flatMap((layer, level) =>
  layer.map((folder) => {
    const allowed = [...layers.slice(0, level).flat(), folder].join('|');
    return {
      name: `${folder}-imports-only-lower-layers`,
      severity: 'error',
      from: { path: `^lib/${folder}/` },
      to: { path: '^lib/', pathNot: `^lib/(${allowed})/` },
    };
  }),
);

const upwardInConnections = connectionRooms.map((room, level) => ({
  name: `connections-${room}-imports-only-lower-rooms`,
  severity: 'error',
  from: { path: `^lib/connections/${room}/` },
  to: {
    path: `^lib/connections/(${[...connectionRooms.slice(level + 1), 'clients'].join('|')})/`,
  },
}));

export default {
  forbidden: [
    ...upward,
    ...upwardInConnections,
    {
      name: 'clients-of-connections-know-the-dialer-only',
      severity: 'error',
      from: { path: '^lib/connections/clients/' },
      to: { path: `^lib/connections/(${connectionRooms.join('|')})/` },
    },
    {
      name: 'primary-knows-nothing-of-workers',
      severity: 'error',
      from: { path: `^lib/cluster/(${primaryRooms}|protocol)/` },
      to: { path: `^lib/cluster/(${workerRooms})/` },
    },
    {
      name: 'workers-know-nothing-of-the-primary',
      severity: 'error',
      from: { path: `^lib/cluster/(${workerRooms}|protocol)/` },
      to: { path: `^lib/cluster/(${primaryRooms})/` },
    },
    {
      name: 'primary-knows-no-framework',
      severity: 'error',
      from: { path: `^lib/cluster/(${primaryRooms}|protocol)/` },
      to: { path: 'node_modules/(@nestjs|fastify|nestjs-pino|prom-client|rxjs)/|^lib/common/nest/' },
    },
    { name: 'no-cycles', severity: 'error', from: { path: '^lib/' }, to: { circular: true } },
    {
      name: 'only-role-files-know-nest',
      severity: 'error',
      from: { path: '^lib/', pathNot: `\\.(${nestRoles})\\.ts$` },
      to: { path: 'node_modules/@nestjs/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'lib-stands-alone',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: '^(sample|test|bench)/' },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
