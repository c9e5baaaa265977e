import { start } from './start.js';

await start(new URL('./thread.module.js', import.meta.url));
