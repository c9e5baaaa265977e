/**
 * Node's `http` for processes that can do without a client. As an ES module it costs 6 MB more: all
 * of its exports are read, among them `WebSocket`, which loads a whole client.
 */
export const nodeHttp = process.getBuiltinModule('node:http');

const OF_CLIENT = ['WebSocket', 'CloseEvent', 'MessageEvent'] as const;

/**
 * Keeps imports of `node:http` from loading that client, those of other packages too. Only named
 * imports of these three fail then. Call it before the first import.
 */
export function leaveOutHttpClient(): void {
  for (const name of OF_CLIENT) {
    const property = Object.getOwnPropertyDescriptor(nodeHttp, name);
    if (property?.get === undefined || property.configurable !== true) continue;
    // An ES module of Node's has the names that can be enumerated.
    Object.defineProperty(nodeHttp, name, { ...property, enumerable: false });
  }
}
