/** Modules of the reader's own that examples import, by their file names. */
export const STAND_INS: Readonly<Record<string, string>> = {
  'app.module.ts': 'export class AppModule {}\n',
  'fonts.ts': 'export class Fonts {}\n',
  'layout.ts': `
    import type { Fonts } from './fonts.js';
    export interface Receipt { id: string }
    export interface Page { lines: string[] }
    export declare function layOut(receipt: Receipt): Page[];
    export declare function draw(page: Page, fonts: Fonts): Buffer;
  `,
  'receipts-printer.ts': 'export class ReceiptsPrinter {}\n',
  'rates-protocol.ts': `
    import type { Duplex } from 'node:stream';
    export declare function ask(socket: Duplex, currency: string): Promise<number>;
  `,
  'rates_grpc_pb.ts': `
    import { Client } from '@grpc/grpc-js';
    export class RatesClient extends Client {}
  `,
  'line-messages.ts': `
    import type { Socket } from 'node:net';
    import type { WorkerRuntime } from 'nestjs-buttress';
    export declare function answerLines(socket: Socket, worker: WorkerRuntime): void;
  `,
  /** What the text around an example says is there, and packages that are not installed here. */
  'around.d.ts': `
    declare const connections: import('nestjs-buttress').ConnectionManager;
    declare const context: import('nestjs-buttress').Context;
    declare const port: number;
    declare module '@nestjs/config' {
      export class ConfigModule {}
      export class ConfigService {
        getOrThrow(name: string): any;
      }
    }
    declare module '@nestjs/schedule' {
      export function Cron(expression: string): MethodDecorator;
    }
    declare module '@opentelemetry/sdk-node' {
      export class NodeSDK {
        constructor(options?: { instrumentations?: unknown[] });
        start(): void;
        shutdown(): Promise<void>;
      }
    }
    declare module '@opentelemetry/auto-instrumentations-node' {
      export function getNodeAutoInstrumentations(): unknown[];
    }
  `,
};
