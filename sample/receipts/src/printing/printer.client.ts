import { Injectable, ServiceUnavailableException } from '@nestjs/common';
import { ConnectionManager, Timed } from 'nestjs-buttress';
import { BufferedSocket } from 'nestjs-buttress/buffered-socket';

/** Longest answer, in bytes. */
const MOST_ANSWER = 100;

/** Sends documents to the service `printer`, which has a protocol of its own over TCP. */
@Injectable()
export class PrinterClient {
  constructor(private readonly connections: ConnectionManager) {}

  /**
   * Prints a document once: work that is not idempotent is never tried again.
   *
   * @returns the number of the job
   * @throws ServiceUnavailableException when the printer does not take it
   */
  @Timed('printer.print', { help: 'Time until the printer has taken a document' })
  print(document: Buffer): Promise<number> {
    return this.connections.run('printer', async ({ socket: raw }) => {
      const socket = new BufferedSocket(raw);
      socket.buffer(`PRINT ${document.length}\n`);
      await socket.write(document);
      const answer = String(await socket.readUntil('\n', { maxSize: MOST_ANSWER }));
      const job = /^JOB (\d+)$/.exec(answer)?.[1];
      if (job === undefined) throw new ServiceUnavailableException(`The printer says: ${answer}`);
      // The conversation is complete: the pool may give the socket to somebody else.
      socket.detach();
      return Number(job);
    });
  }
}
