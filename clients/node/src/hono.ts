/** The gate as middleware of Hono, on Node. A handler finds the verdict by `c.get("latchkey")`. */

import type { Context, MiddlewareHandler } from "hono";

import { Gate, type Options } from "./gate.js";
import type { Verdict } from "./verdict.js";

/** What a handler finds; `undefined` where the request is exempt. */
export interface Variables {
  latchkey: Verdict | undefined;
}

export function latchkey(options: Options<Context> = {}): MiddlewareHandler<{ Variables: Variables }> {
  const gate = new Gate<Context>(options);
  return async (c, next) => {
    const header = (name: string) => {
      // Two of a name are joined with a comma.
      const value = c.req.raw.headers.get(name);
      return value === null ? [] : [value];
    };
    const decided = await gate.decide(c, { path: c.req.path, header });
    if (decided && "status" in decided) return new Response(decided.body, decided);
    c.set("latchkey", decided);
    await next();
    for (const [name, value] of Object.entries(decided?.headers ?? {})) c.header(name, value);
    return undefined;
  };
}
