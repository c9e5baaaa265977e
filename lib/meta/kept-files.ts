import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { KEPT_METRICS } from '../common/files/private-directory.ts';
import type { LedgerData } from '../stats/ledger/metrics-ledger.ts';
import type { AuditRecord } from './audit.ts';
import type { HistoryData } from './history/group-history.ts';
import type { Incident } from './incidents/incident-log.ts';
import { KeptFile } from './kept-file.ts';
import type { Departed } from './kept-reports.ts';

/** A ledger in a file. */
export interface SavedLedger extends LedgerData {
  /** Whether the process that wrote it has ended and writes no more. */
  isFinal: boolean;
}

/** Files that the process of the pages keeps in the directory of its group. */
export interface GroupFiles {
  metrics: KeptFile<SavedLedger>;
  history: KeptFile<HistoryData>;
  incidents: KeptFile<Incident[]>;
  departed: KeptFile<readonly Departed[]>;
  audit: KeptFile<AuditRecord[]>;
}

/** What outlives the process of the pages. */
export interface KeptFiles extends GroupFiles {
  /** Files of the group that this one takes over from, and their removal. */
  predecessor?: GroupFiles & { remove: () => void };
}

/**
 * @param directory private directory of the group
 * @param predecessor that of the group that this one takes over from
 */
export function keptFiles(directory: string, predecessor: string | undefined): KeptFiles {
  const own = filesIn(directory);
  if (predecessor === undefined) return own;
  const remove = (): void => rmSync(predecessor, { recursive: true, force: true });
  return { ...own, predecessor: { ...filesIn(predecessor), remove } };
}

function filesIn(directory: string): GroupFiles {
  return {
    metrics: new KeptFile(join(directory, KEPT_METRICS)),
    history: new KeptFile(join(directory, 'history.json')),
    incidents: new KeptFile(join(directory, 'incidents.json')),
    departed: new KeptFile(join(directory, 'departed.json')),
    audit: new KeptFile(join(directory, 'audit.json')),
  };
}
