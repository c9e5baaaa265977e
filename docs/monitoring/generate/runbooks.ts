import type { Alert } from './alert.ts';
import { ALERTS } from './all-alerts.ts';

const WIDTH = 100;

/** A heading for each alert, and below it what the person on call reads. */
export function runbooks(): string {
  return Object.values(ALERTS).flat().map(runbookOf).join('\n\n');
}

function runbookOf({ name, severity, lasting, runbook }: Alert): string {
  const { meaning, look, remedy } = runbook;
  const after = lasting === '0s' ? 'at once' : `after ${lasting}`;
  const text = wrapped(`**${severity}** ${after}. ${meaning} ${look} ${remedy}`);
  return `### ${name}\n\n${text}`;
}

function wrapped(text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last.length + 1 + word.length > WIDTH) lines.push(word);
    else lines.splice(-1, 1, last === '' ? word : `${last} ${word}`);
  }
  return lines.join('\n');
}
