import { createAdaptorServer } from "@hono/node-server";
import { getConnInfo } from "@hono/node-server/conninfo";
import { type Context, Hono } from "hono";
import { latchkey } from "latchkey/hono";

import { LATER, listening, options, reached } from "./orders.js";

const judged = options((c: Context) => ({ method: c.req.method, path: c.req.path, address: getConnInfo(c).remote.address }));
const app = new Hono()
  .use(latchkey({ ...judged, unavailable: LATER }))
  .get("/health", (c) => c.json({}))
  // The gate knows better.
  .all("/:_", (c) => c.json(reached(c.get("latchkey")), 200, { "X-RateLimit-Limit": "0" }));

createAdaptorServer(app).listen(listening);
