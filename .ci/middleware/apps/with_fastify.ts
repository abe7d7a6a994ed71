import Fastify from "fastify";
import { latchkey } from "latchkey/fastify";

import { listening, options, reached } from "./orders.js";

const app = Fastify();
app.register(latchkey(options(({ method, url, ip }) => ({ method, path: url, address: ip }))));
app.get("/health", async () => ({}));
// In a scope of its own, as those of plugins.
app.register(async (scope) => {
  scope.route({ method: ["GET", "POST"], url: "/:_", handler: async (request) => reached(request.latchkey) });
});

await app.ready();
app.server.listen(listening);
