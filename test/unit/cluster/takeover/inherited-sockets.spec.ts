import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';

import { describe, expect, it, onTestFinished } from 'vitest';

import { InheritedSockets, keyOfSpec } from '../../../../lib/cluster/takeover/inherited-sockets.ts';
import {
  addressIn,
  listeningDescriptors,
  socketAddress,
} from '../../../../lib/cluster/takeover/kernel-sockets.ts';
import { takeServiceManager } from '../../../../lib/cluster/takeover/service-manager.ts';
import { takeSystemdSockets } from '../../../../lib/cluster/takeover/systemd-sockets.ts';

const http = { refusal: 'http', clientFirst: true, ordinal: 0 } as const;
const spec = { port: 3000, host: '127.0.0.1', ...http };
const address = { address: '127.0.0.1', family: 'IPv4', port: 3000 };

describe('InheritedSockets', () => {
  it('gives what another primary opened for the same, once', () => {
    const purpose = { role: 'app', key: keyOfSpec(spec, 'app') } as const;
    const sockets = new InheritedSockets([{ address, fds: [4], purpose }]);
    expect(sockets.take({ ...spec, ordinal: 1 }, 'app')).toBeUndefined();
    expect(sockets.take(spec, 'meta')).toBeUndefined();
    expect(sockets.take(spec, 'app')?.fds).toEqual([4]);
    expect(sockets.take(spec, 'app')).toBeUndefined();
  });

  it('gives what a service manager opened by its address', () => {
    const any = { address: '::', family: 'IPv6', port: 3000 };
    const sockets = new InheritedSockets([
      { address: any, fds: [3] },
      { address, fds: [4] },
      { address: { ...address, port: 80 }, fds: [5] },
    ]);
    expect(sockets.take({ ...spec, host: 'localhost' }, 'app')?.fds).toEqual([4]);
    expect(sockets.take({ port: 3000, ...http }, 'app')?.fds).toEqual([3]);
    expect(sockets.left).toEqual([{ ...address, port: 80 }]);
  });
});

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0
`;
const TABLE6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000001000000:01BB 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4712 1 0
`;

describe.runIf(process.platform === 'linux')('sockets in the kernel', () => {
  it('reads addresses as the kernel writes them', () => {
    expect(addressIn(TABLE, '4711', 'IPv4')).toEqual(address);
    expect(addressIn(TABLE6, '4712', 'IPv6')).toEqual({
      address: '::1',
      family: 'IPv6',
      port: 443,
    });
    expect(addressIn(TABLE, '1', 'IPv4')).toBeUndefined();
  });

  it('finds the descriptor of a socket of this process, and its address', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const own = server.address() as AddressInfo;
    const [fds = []] = await listeningDescriptors([own]);
    expect(fds).toHaveLength(1);
    expect(socketAddress(fds[0] ?? -1)).toEqual(own);
    expect(socketAddress(0)).toBeUndefined();
  });

  it('R43 The tables of the kernel are read once for all listeners of an upgrade.', async () => {
    const hosts = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];
    const servers = hosts.map((host) => createServer().listen(0, host));
    onTestFinished(() => {
      for (const server of servers) server.close();
    });
    await Promise.all(servers.map((server) => once(server, 'listening')));
    const addresses = servers.map((server) => server.address() as AddressInfo);
    const read: string[] = [];
    const fds = await listeningDescriptors(addresses, (name) => {
      read.push(name);
      return readFile(`/proc/self/net/${name}`, 'latin1');
    });
    expect(read.toSorted()).toEqual(['tcp', 'tcp6']);
    expect(fds.map(([fd = -1]) => socketAddress(fd))).toEqual(addresses);
  });
});

describe('what a service manager says in the environment', () => {
  it('is taken out, also where it is not for this process', () => {
    const env = { LISTEN_PID: '1', LISTEN_FDS: '2', LISTEN_FDNAMES: 'a:b', OTHER: 'stays' };
    expect(takeSystemdSockets(env, 2)).toEqual([]);
    expect(env).toEqual({ OTHER: 'stays' });
  });

  it('gives nothing for counts that are none', () => {
    for (const LISTEN_FDS of ['', '-1', 'many', '1.5']) {
      expect(takeSystemdSockets({ LISTEN_PID: '7', LISTEN_FDS }, 7)).toEqual([]);
    }
  });

  it('names a socket to write to only to this process', () => {
    const env = { NOTIFY_SOCKET: '/run/notify', WATCHDOG_USEC: '3000000', WATCHDOG_PID: '8' };
    const manager = takeServiceManager(env, 7, () => undefined);
    expect(env).toEqual({});
    // Another process is watched, so there is no timer, and nothing is started.
    manager.startWatchdog()();
  });
});
