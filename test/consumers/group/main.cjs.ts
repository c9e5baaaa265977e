import { pathToFileURL } from 'node:url';

import { serve } from './serve.js';

const NAMED: Record<string, (path: string) => URL | string> = {
  'an absolute path': (path) => path,
  'a URL': (path) => pathToFileURL(path),
  'the text of a URL': (path) => pathToFileURL(path).href,
};

const name = NAMED[process.env['NAMED'] ?? ''] ?? ((path) => path);

void serve(name(require.resolve('./app')), name(require.resolve('./setup')));
