import { start } from './start.js';

void start(require.resolve('./thread.module'));
