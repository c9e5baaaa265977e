import { serveGroup } from './serve-group.ts';

await serveGroup(new URL('./everything.app.js', import.meta.url));
