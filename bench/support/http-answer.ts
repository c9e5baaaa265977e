/** Where the body of an answer ends, and its status; undefined while the head is incomplete. */
export interface AnswerHead {
  status: number;
  /** Length of head and body together, in bytes. */
  length: number;
  /** The connection ends with it. */
  isLast: boolean;
}

const END_OF_HEAD = '\r\n\r\n';

/** Reads an answer with a `Content-Length` as far as a measurement needs it; `text` is Latin-1. */
export function readAnswerHead(text: string): AnswerHead | undefined {
  const end = text.indexOf(END_OF_HEAD);
  if (end === -1) return undefined;
  const head = text.slice(0, end);
  const body = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
  return {
    status: Number(head.split(' ', 2)[1]),
    length: end + END_OF_HEAD.length + body,
    isLast: /^connection: *close/im.test(head),
  };
}

/** A GET request as bytes. */
export function requestText(
  path: string,
  connection: 'keep-alive' | 'close',
  headers: Record<string, string> = {},
): string {
  const lines = [
    `GET ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    `Connection: ${connection}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  return lines.join('\r\n') + END_OF_HEAD;
}
