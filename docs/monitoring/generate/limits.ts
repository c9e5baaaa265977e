const MIB = 2 ** 20;

/** Limits of the alerts that no metric tells: they are those of the defaults. */
export const LIMITS = {
  /** `recycle.maxRssBytes`. */
  workerBytes: 1_024 * MIB,
  /** `LimitNOFILE` in docs/deploy/service.service. */
  descriptors: 65_536,
} as const;
