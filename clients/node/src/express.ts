/** The gate as middleware of Express. A handler finds the verdict in `request.latchkey`. */

import type { Request, RequestHandler } from "express";

import { Gate, type Options } from "./gate.js";
import type { Verdict } from "./verdict.js";

declare global {
  namespace Express {
    interface Request {
      /** Who calls; `undefined` where the request is exempt. */
      latchkey?: Verdict;
    }
  }
}

export function latchkey(options: Options<Request> = {}): RequestHandler {
  const gate = new Gate(options);
  return async (request, response, next) => {
    try {
      const header = (name: string) => request.headersDistinct[name.toLowerCase()] ?? [];
      const decided = await gate.decide(request, { path: request.baseUrl + request.path, header });
      if (decided && "status" in decided) {
        const headers = { ...decided.headers, "content-length": Buffer.byteLength(decided.body) };
        response.writeHead(decided.status, headers).end(decided.body);
        return;
      }
      if (decided) {
        request.latchkey = decided;
        response.set(decided.headers);
      }
    } catch (error) {
      next(error);
      return;
    }
    next();
  };
}
