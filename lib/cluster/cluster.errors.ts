import { ButtressError } from '../common/errors/buttress.error.ts';

/** A Group can't run on this platform. */
export class UnsupportedPlatformError extends ButtressError {
  constructor(platform: string) {
    super(
      'ERR_BUTTRESS_CLUSTER_PLATFORM',
      `A Group needs to pass connections between processes, which ${platform} can't do. ` +
        'Run one process there: runSingle(bootstrap) from nestjs-buttress/cluster.',
    );
  }
}

/** This Node version is older than the package supports. */
export class UnsupportedNodeError extends ButtressError {
  constructor(version: string) {
    super(
      'ERR_BUTTRESS_CLUSTER_NODE',
      `nestjs-buttress needs Node ^22.19.0 or >=24. This is ${version}.`,
    );
  }
}

/** No worker became READY, or none can, so the group gave up. */
export class GroupStartError extends ButtressError {
  /** Stack of the worker's own error, unless it was printed already. */
  readonly details: string | undefined;

  constructor(reason: string, details?: string) {
    super('ERR_BUTTRESS_CLUSTER_START', reason);
    this.details = details;
  }
}

/** `serve()` was called twice or in a worker, or the group does not serve. */
export class GroupUseError extends ButtressError {
  constructor(reason: string) {
    super('ERR_BUTTRESS_CLUSTER_USE', reason);
  }
}

/** The primary refused an operation: it names no worker, or the group can't spare that one. */
export class GroupOperationError extends ButtressError {
  constructor(reason: string) {
    super('ERR_BUTTRESS_CLUSTER_OPERATION', reason);
  }
}

/** The application's module has no usable default export. */
export class BootstrapError extends ButtressError {
  constructor(url: string) {
    super(
      'ERR_BUTTRESS_CLUSTER_BOOTSTRAP',
      `${url} must export default a function that creates the application: ` +
        'export default async function bootstrap(worker) { ... }, ' +
        'or module.exports = bootstrap in CommonJS',
    );
  }
}

/** The requested transport is not available on this machine. */
export class TransportError extends ButtressError {
  constructor(reason: string, options?: ErrorOptions) {
    super(
      'ERR_BUTTRESS_CLUSTER_TRANSPORT',
      `acceptQueue.transport: 'fd' needs Linux and the package koffi: ${reason}`,
      options,
    );
  }
}

/** The primary's accept thread ended unexpectedly: sleeping workers would not be rung. */
export class AcceptThreadError extends ButtressError {
  constructor(options?: ErrorOptions) {
    super('ERR_BUTTRESS_CLUSTER_ACCEPT_THREAD', 'the accepting thread has ended', options);
  }
}

/** A server can't use the accept queue, or can't listen in the requested way. */
export class ListenError extends ButtressError {
  constructor(reason: string) {
    super('ERR_BUTTRESS_CLUSTER_LISTEN', reason);
  }
}

/** A reload stopped: a new worker did not start or was unhealthy. Old workers go on. */
export class ReloadError extends ButtressError {
  /** Workers that run the new code. */
  readonly replaced: number;

  constructor(reason: string, { replaced, of }: { replaced: number; of: number }) {
    super(
      'ERR_BUTTRESS_CLUSTER_RELOAD',
      `reload stopped: ${reason}. Replaced ${replaced} of ${of} workers; the others keep serving.`,
    );
    this.replaced = replaced;
  }
}

/** The primary can't be replaced by a new one. The old one goes on. */
export class UpgradeError extends ButtressError {
  constructor(reason: string) {
    super('ERR_BUTTRESS_CLUSTER_UPGRADE', `no upgrade: ${reason}`);
  }
}
