/**
 * The gate as a plugin of Fastify, for all routes of the instance that it is registered with, and of plugins that are registered
 * after it. A handler finds the verdict in `request.latchkey`.
 */

import type { FastifyPluginCallback, FastifyRequest } from "fastify";

import { Gate, type Options } from "./gate.js";
import type { Verdict } from "./verdict.js";

declare module "fastify" {
  interface FastifyRequest {
    /** Who calls; `undefined` where the request is exempt. */
    latchkey: Verdict | undefined;
  }
}

export function latchkey(options: Options<FastifyRequest> = {}): FastifyPluginCallback {
  const gate = new Gate(options);
  const plugin: FastifyPluginCallback = (app, _options, done) => {
    app.decorateRequest("latchkey", undefined);
    app.addHook("onRequest", async (request, reply) => {
      const path = request.url.split("?", 1)[0] ?? "";
      const header = (name: string) => request.raw.headersDistinct[name.toLowerCase()] ?? [];
      const decided = await gate.decide(request, { path, header });
      if (decided && "status" in decided) {
        // As bytes: to a text it would add a charset.
        return reply.code(decided.status).headers(decided.headers).send(Buffer.from(decided.body));
      }
      if (decided) {
        request.latchkey = decided;
        reply.headers(decided.headers);
      }
      return undefined;
    });
    done();
  };
  // What the package fastify-plugin does: the hook is the instance's own, and not that of a scope within.
  return Object.assign(plugin, { [Symbol.for("skip-override")]: true });
}
