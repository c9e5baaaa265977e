import type { AdmissionSnapshot } from '../../../lib/admission/admission-snapshot.ts';
import type { ConnectionsSnapshot } from '../../../lib/connections/services/connections-snapshot.ts';
import type { ThreadsSnapshot } from '../../../lib/threads/threads-runtime.ts';
import { until, type UntilOptions } from '../../support/until.ts';
import type { PairApp } from './pair-app.ts';

interface Part<T> {
  worker: number;
  value: T;
}

/** Waits until nothing of any request is left in any worker. @throws with what is left */
export async function untilAtRest(app: PairApp, limits?: UntilOptions): Promise<void> {
  await until(
    'everything is at rest',
    async () => {
      const left = await leftOvers(app);
      if (left.length > 0) throw new Error(left.join('; '));
      return true;
    },
    { everyMs: 50, ...limits },
  );
}

/** What requests still hold, in words. */
async function leftOvers(app: PairApp): Promise<string[]> {
  const [connections, threads, admission] = await Promise.all([
    app.read<Part<ConnectionsSnapshot>[]>('/api/v1/connections'),
    app.read<Part<ThreadsSnapshot>[]>('/api/v1/threads'),
    app.face === 'express' ? [] : app.read<Part<AdmissionSnapshot>[]>('/api/v1/admission'),
  ]);
  const workers = await app.group?.everyWorker();
  return [
    ...connections.flatMap(({ worker, value }) => leases(value).map(of(worker))),
    ...threads.flatMap(({ worker, value }) => calls(value).map(of(worker))),
    ...admission.flatMap(({ worker, value }) => places(value).map(of(worker))),
    ...(workers ?? []).flatMap(({ id, inFlight }) =>
      inFlight > 0 ? [`${inFlight} requests in flight in worker ${id}`] : [],
    ),
  ];
}

function of(worker: number): (what: string) => string {
  return (what) => `${what} in worker ${worker}`;
}

function leases({ services, sockets }: ConnectionsSnapshot): string[] {
  const waiting = sockets.waiting > 0 ? [`${sockets.waiting} wait for a socket`] : [];
  return services.reduce((left, { name, leases: { held }, requests: { pending } }) => {
    if (held > 0) left.push(`${held} leases of ${name}`);
    if (pending > 0) left.push(`${pending} wait for ${name}`);
    return left;
  }, waiting);
}

function calls({ pools }: ThreadsSnapshot): string[] {
  return pools.flatMap(({ name, size, ready, busy, waiting, abandoned }) => {
    const isIdle = ready === size && busy === 0 && waiting === 0 && abandoned === 0;
    return isIdle
      ? []
      : [`${name}: ${ready} ready, ${busy} busy, ${abandoned} left, ${waiting} wait`];
  });
}

function places({ inFlight, waiting, bodies, groups }: AdmissionSnapshot): string[] {
  const left = [
    ...(inFlight > 0 ? [`${inFlight} places`] : []),
    ...(waiting > 0 ? [`${waiting} wait for a place`] : []),
    ...(bodies.reading > 0 ? [`${bodies.reading} bodies`] : []),
  ];
  for (const group of groups) {
    const { name, arrived, admitted, refused } = group;
    const counted = admitted + refused + group.left + group.waiting;
    if (counted !== arrived) left.push(`${name}: ${arrived} arrived, ${counted} counted`);
    if (group.inFlight > 0) left.push(`${group.inFlight} places of ${name}`);
  }
  return left;
}
