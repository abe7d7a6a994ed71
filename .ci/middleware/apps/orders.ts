/** What the apps in Node have in common: their options, and what they say of themselves once they are reached. */

import { type Answer, Client, type Options, type Verdict } from "latchkey";

export const LATER: Answer = { status: 503, headers: { "content-type": "text/plain", "retry-after": "60" }, body: "later" };

/** The socket that they are started with. */
export const listening = { fd: Number(process.env.LISTEN_FD) };

export interface Read {
  method: string;
  path: string;
  address: string | undefined;
}

export function options<R>(read: (request: R) => Read): Options<R> {
  return {
    client: new Client({ timeout: 3_000, connections: 4 }),
    scopes(request) {
      const { method, path } = read(request);
      if (path === "/misconfigured") return ["nonsense"];
      return [method === "POST" ? "write:consumers" : "read:analytics"];
    },
    cost: (request) => (read(request).path === "/expensive" ? 5 : 1),
    address: (request) => read(request).address,
    exempt: ["/health"],
    also: "x-api-key",
  };
}

export function reached(verdict: Verdict | undefined): { organization: string; keyId: string } {
  if (!verdict) throw new Error("reached without a verdict");
  console.log("reached");
  return { organization: verdict.organization, keyId: verdict.keyId };
}
