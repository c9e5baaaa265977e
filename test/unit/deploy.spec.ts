import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';
import { parseAllDocuments } from 'yaml';

import { resolveGroupOptions } from '../../lib/cluster/group.options.ts';
import { CERTIFICATE, KEY } from '../fixtures/self-signed.ts';

const GIB = 1 << 30;
const LAME_DUCK_S = 5;

const read = (name: string): string =>
  readFileSync(new URL(`../../docs/deploy/${name}`, import.meta.url), 'utf8');

const options = resolveGroupOptions(
  {
    app: new URL(import.meta.url),
    workers: 2,
    drain: { lameDuckMs: LAME_DUCK_S * 1_000 },
    probes: { host: '0.0.0.0', port: 3002 },
  },
  { parallelism: 2, descriptors: 65_536, memoryBytes: 2 * GIB, isDevelopment: false },
);
const { drain, supervision, recycle, probes } = options;

interface Probe {
  httpGet: { path: string; port: string };
  periodSeconds: number;
  failureThreshold: number;
}

interface Deployment {
  kind: string;
  spec: {
    template: {
      spec: {
        terminationGracePeriodSeconds: number;
        containers: {
          ports: { name: string; containerPort: number }[];
          startupProbe: Probe;
          readinessProbe: Probe;
          livenessProbe: Probe;
          lifecycle: { preStop: { sleep: { seconds: number } } };
          resources: { limits: { memory: string } };
        }[];
      };
    };
  };
}

describe('the Kubernetes manifests', () => {
  const documents = parseAllDocuments(read('kubernetes.yaml'));
  const [deployment] = documents.map((one) => one.toJS() as Deployment);
  const pod = deployment?.spec.template.spec;
  const container = pod?.containers[0];

  it('are YAML with a Deployment and a Service', () => {
    expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
    expect(documents.map((one) => (one.toJS() as Deployment).kind)).toEqual([
      'Deployment',
      'Service',
    ]);
  });

  it('leave the drain its time', () => {
    const preStop = container?.lifecycle.preStop.sleep.seconds ?? Infinity;
    expect(read('kubernetes.yaml')).toContain(`lameDuckMs: ${LAME_DUCK_S}_000`);
    expect(pod?.terminationGracePeriodSeconds).toBeGreaterThan(
      preStop + (drain.lameDuckMs + drain.killAfterMs) / 1_000,
    );
    const readiness = container?.readinessProbe;
    const noticedS = (readiness?.periodSeconds ?? 0) * (readiness?.failureThreshold ?? 0);
    expect(noticedS).toBeLessThan(LAME_DUCK_S);
  });

  it('ask the primary, on the port of its probes, and wait for the boot', () => {
    if (container === undefined) throw new Error('no container');
    const { ports, startupProbe, readinessProbe, livenessProbe } = container;
    expect(ports).toContainEqual({ name: 'probes', containerPort: probes?.port });
    expect(startupProbe.periodSeconds * startupProbe.failureThreshold).toBeGreaterThan(
      supervision.bootTimeoutMs / 1_000,
    );
    for (const probe of [startupProbe, readinessProbe]) {
      expect(probe.httpGet).toEqual({ path: '/readyz', port: 'probes' });
    }
    expect(livenessProbe.httpGet.path).toBe('/livez');
  });

  it('limit the memory as recycling expects it', () => {
    expect(container?.resources.limits.memory).toBe('2Gi');
    expect(recycle.maxRssBytes).toBe(Math.floor((0.8 * 2 * GIB) / 2));
    expect(read('kubernetes.yaml')).toContain(`${Math.floor(recycle.maxRssBytes / 2 ** 20)} MiB`);
  });

  it.runIf(hasTool('kubectl', 'version', '--client'))('are what kubectl understands', () => {
    const path = new URL('../../docs/deploy/kubernetes.yaml', import.meta.url).pathname;
    const kustomization = mkdtempSync(join(tmpdir(), 'deploy-'));
    onTestFinished(() => rmSync(kustomization, { recursive: true }));
    writeFileSync(join(kustomization, 'service.yaml'), readFileSync(path));
    writeFileSync(join(kustomization, 'kustomization.yaml'), 'resources: [service.yaml]\n');
    expect(execFileSync('kubectl', ['kustomize', kustomization]).toString()).toContain(
      'kind: Deployment',
    );
  });
});

describe('the systemd units', () => {
  const unit = read('service.service');
  const valueOf = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1] ?? '';

  it('leave boot and drain their time', () => {
    const stopS = Number(valueOf('TimeoutStopSec'));
    expect(stopS).toBeGreaterThan(drain.killAfterMs / 1_000);
    expect(Number(valueOf('TimeoutStartSec'))).toBeGreaterThan(supervision.bootTimeoutMs / 1_000);
    expect(valueOf('KillMode')).toBe('mixed');
  });

  it('let the primary tell how it is', () => {
    expect(valueOf('Type')).toBe('notify');
    expect(valueOf('NotifyAccess')).toBe('all');
    expect(Number(valueOf('WatchdogSec'))).toBeGreaterThan(0);
  });

  it.runIf(hasTool('systemd-analyze', '--version'))('are what systemd understands', () => {
    const directory = mkdtempSync(join(tmpdir(), 'deploy-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    // Only files that are there on every machine.
    const here = unit
      .replace('/usr/bin/node dist/main.js', process.execPath)
      .replace('/srv/service', directory);
    writeFileSync(join(directory, 'service.service'), here);
    writeFileSync(join(directory, 'service.socket'), read('service.socket'));
    const paths = ['service.service', 'service.socket'].map((name) => join(directory, name));
    const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...paths]);
    expect(
      stderr
        .toString()
        .split('\n')
        .filter((line) => line.includes(directory)),
    ).toEqual([]);
  });
});

describe('the Dockerfile', () => {
  const lines = read('Dockerfile').split('\n');

  it('starts node itself, as an ordinary user, and without development dependencies', () => {
    expect(lines).toContain('CMD ["node", "dist/main.js"]');
    expect(lines).toContain('USER node');
    expect(lines.some((line) => line.includes('npm prune --omit=dev'))).toBe(true);
    const [, major] = /^FROM node:(\d+)/m.exec(read('Dockerfile')) ?? [];
    expect(Number(major)).toBeGreaterThanOrEqual(22);
  });
});

describe('the configuration of HAProxy', () => {
  it.runIf(hasTool('haproxy', '-v'))('is what HAProxy understands, checks included', () => {
    const directory = mkdtempSync(join(tmpdir(), 'deploy-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    writeFileSync(join(directory, 'service.pem'), `${CERTIFICATE}${KEY}`);
    writeFileSync(join(directory, 'ca.pem'), CERTIFICATE);
    const path = join(directory, 'haproxy.cfg');
    writeFileSync(path, read('haproxy.cfg').replaceAll('/etc/haproxy', directory));
    const { status, stderr } = spawnSync('haproxy', ['-c', '-f', path]);
    expect(status, stderr.toString()).toBe(0);
  });
});

function hasTool(command: string, ...args: string[]): boolean {
  return spawnSync(command, args).status === 0;
}
