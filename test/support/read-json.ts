import { type Agent, get as httpGet } from 'node:http';

/** The JSON that a URL answers with 200. `socketPath`: where its server listens, if at no port. */
export function readJson<T>(url: string, agent: Agent | false, socketPath?: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const options = { agent, socketPath, timeout: 2_000 };
    const request = httpGet(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode === 200) resolve(JSON.parse(text) as T);
        else reject(new Error(`${url} answered ${response.statusCode}: ${text}`));
      });
    });
    request.once('timeout', () => request.destroy(new Error(`${url} did not answer`)));
    request.once('error', reject);
  });
}
