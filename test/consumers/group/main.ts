import { serve } from './serve.js';

const name = (file: string): URL => new URL(file, import.meta.url);

await serve(name('./app.js'), name('./setup.js'));
