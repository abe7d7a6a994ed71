/** What is asked, and what Latchkey says of it, read with care: what is no verdict lets nobody in. */

/** The body of `POST /operator/v1/verify`. */
export interface Question {
  key?: string;
  scopes: readonly string[];
  cost: number;
  address?: string;
}

/** What Latchkey says of a key that is let in. */
export interface Verdict {
  organization: string;
  keyId: string;
  type?: string;
  externalId?: string;
  scopes: string[];
  rateLimit?: { scope: "key" | "organization"; limit: number; remaining: number; reset: number };
  /** The contract's rate-limit headers, which the response gets. */
  headers: Record<string, string>;
}

/** What a request that is not let in gets in place of the app's response. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** The verdict that `text` is, or the contract's answer that it brings; `undefined` where it is neither. */
export function read(text: string): Verdict | Answer | undefined {
  try {
    const { data } = JSON.parse(text);
    if (data.valid === true) return areHeaders(data.headers) ? data : undefined;
    const { status, headers, body } = data.response;
    const isAnswer = Number.isInteger(status) && status >= 400 && status <= 599 && body !== undefined;
    return data.valid === false && isAnswer && areHeaders(headers) ? { status, headers, body: JSON.stringify(body) } : undefined;
  } catch {
    return undefined;
  }
}

function areHeaders(headers: object): boolean {
  return Object.values(headers).every((value) => typeof value === "string");
}
