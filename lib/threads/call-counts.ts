/** What became of the calls of a method. */
export interface CallCounts {
  /** Ran here, because of the mode or the method's condition. */
  inline: number;
  /** Were sent to a thread, or lined up for one. */
  offloaded: number;
  completed: number;
  /** Ended with an error of the method, or could not be copied. */
  failed: number;
  refused: { queue: number; deadline: number };
  /** Nobody waited for them any more. */
  cancelled: { queued: number; running: number };
  /** Their thread went away. */
  lost: number;
}

export function noCalls(): CallCounts {
  return {
    inline: 0,
    offloaded: 0,
    completed: 0,
    failed: 0,
    refused: { queue: 0, deadline: 0 },
    cancelled: { queued: 0, running: 0 },
    lost: 0,
  };
}
