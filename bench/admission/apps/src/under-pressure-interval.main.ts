import { serveUnderPressure } from './under-pressure.ts';

await serveUnderPressure('interval');
