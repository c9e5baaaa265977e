import type { Replacement } from '../../../../lib/cluster/replacing/replacement.ts';
import type { Rotation, RotationTerms } from '../../../../lib/cluster/replacing/rotation.ts';
import type { ManagedWorker } from '../../../../lib/cluster/supervision/managed-worker.ts';

/** A replacement that was asked for. */
export interface Asked {
  /** How it went, once the old worker has ended. */
  outcome: () => Replacement | undefined;
  /** How it went, as soon as that is known. */
  early: () => Replacement | undefined;
  isOver: () => boolean;
}

/** Asks for a replacement and notes how it went. */
export function askFor(rotation: Rotation, worker: ManagedWorker, terms: RotationTerms): Asked {
  const turn = rotation.replace(worker, terms);
  let early: Replacement | undefined;
  let late: { outcome: Replacement | undefined } | undefined;
  void turn.outcome.then((outcome) => (early = outcome));
  void turn.ended.then((outcome) => (late = { outcome }));
  return {
    outcome: () => late?.outcome,
    early: () => early,
    isOver: () => late !== undefined,
  };
}
