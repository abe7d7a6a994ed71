/** What to ask about a request, and what an answer means for it. It fails shut: without a verdict nobody is let in. */

import { Client, NoVerdict, shared } from "./client.js";
import type { Answer, Question, Verdict } from "./verdict.js";

/** How requests are judged, where a framework knows them as `R`. README.md says what each option is for. */
export interface Options<R> {
  client?: Client;
  scopes?: readonly string[] | ((request: R) => readonly string[]);
  cost?: number | ((request: R) => number);
  address?: (request: R) => string | undefined;
  exempt?: readonly string[] | ((request: R) => boolean);
  header?: string;
  scheme?: string | null;
  also?: string;
  unavailable?: Answer;
  log?: (reason: string) => void;
}

/** How a framework's request is read: its path, and the values of a header by its name. */
export interface Reading {
  path: string;
  header: (name: string) => string[];
}

const UNAVAILABLE: Answer = {
  status: 503,
  headers: { "content-type": "application/json", "retry-after": "1" },
  body: '{"error":{"code":"service_unavailable","message":"The service is busy, try again"}}',
};

export class Gate<R> {
  readonly #options: Options<R>;
  readonly #client: Client;

  constructor(options: Options<R>) {
    // A text includes others: "/health" includes "/".
    if (typeof options.exempt === "string") throw new TypeError("exempt is a list or a function");
    this.#options = options;
    this.#client = options.client ?? shared();
  }

  /** The verdict that lets `request` in, or the answer that it gets; `undefined` where it is exempt. */
  async decide(request: R, reading: Reading): Promise<Verdict | Answer | undefined> {
    const { exempt = [], unavailable = UNAVAILABLE, log = logged } = this.#options;
    // A promise is no "yes".
    if (typeof exempt === "function" ? exempt(request) === true : exempt.includes(reading.path)) return undefined;
    const question = this.#question(request, reading);
    try {
      return await this.#client.verify(question);
    } catch (reason) {
      if (!(reason instanceof NoVerdict)) throw reason;
      log(reason.message);
      return unavailable;
    }
  }

  #question(request: R, reading: Reading): Question {
    const { cost = 1, address } = this.#options;
    const [key, from] = [this.#key(reading), address?.(request)];
    return {
      scopes: this.#scopes(request),
      cost: typeof cost === "function" ? cost(request) : cost,
      ...(key && { key }),
      ...(from && { address: from }),
    };
  }

  #scopes(request: R): readonly string[] {
    const { scopes = [] } = this.#options;
    const needed = typeof scopes === "function" ? scopes(request) : scopes;
    // Without a list the question would need no scope.
    if (!Array.isArray(needed)) throw new TypeError("scopes is a list, or a function that returns one");
    return needed;
  }

  /** The key that a request comes with, in either header. Two different ones are none that anybody has. */
  #key({ header }: Reading): string | undefined {
    const { header: name = "Authorization", scheme = "Bearer", also } = this.#options;
    const first = presented(header(name), scheme);
    const second = presented(also === undefined ? [] : header(also), null);
    if (first === undefined || second === undefined) return undefined;
    return [...new Set([first, second].filter(Boolean))].join(" ");
  }
}

/**
 * What a header carries after the word `scheme`, empty where it is not there; `undefined` if it begins with another one. Two
 * headers of a name are no key: what stands in front of the app may have read the other one.
 */
function presented(values: string[], scheme: string | null): string | undefined {
  if (values.length > 1) return undefined;
  const value = trimmed(values[0] ?? "");
  if (scheme === null || value === "") return value;
  const [word, ...key] = value.split(" ");
  return word?.toLowerCase() === scheme.toLowerCase() ? trimmed(key.join(" ")) : undefined;
}

/** `text` without spaces and tabs around it: `trim` takes more away than HTTP does. */
function trimmed(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && " \t".includes(text.charAt(start))) start += 1;
  while (end > start && " \t".includes(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function logged(reason: string): void {
  console.error(`latchkey: no verdict: ${reason}`);
}
