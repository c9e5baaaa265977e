/** Calls of a method by outcome. */
export interface CallCounts {
  /** Run here, because of the mode or the method's condition. */
  inline: number;
  /** Sent to a thread or queued for one. */
  offloaded: number;
  completed: number;
  /** The method failed, or a value could not be copied. */
  failed: number;
  refused: { queue: number; deadline: number };
  /** Abandoned by the caller. */
  cancelled: { queued: number; running: number };
  /** The thread ended. */
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
