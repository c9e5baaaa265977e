import { bootApp } from './load-app.ts';
import { tellReady } from './tell-ready.ts';

/** The application in one process of plain Node. */
await bootApp();
tellReady();
