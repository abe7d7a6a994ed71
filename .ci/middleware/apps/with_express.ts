import { createServer } from "node:http";

import express from "express";
import { latchkey } from "latchkey/express";

import { listening, options, reached } from "./orders.js";

const app = express();
app.use(latchkey(options(({ method, path, ip }) => ({ method, path, address: ip }))));
app.get("/health", (_, response) => void response.json({}));
app.all("/:_", (request, response) => void response.json(reached(request.latchkey)));

createServer(app).listen(listening);
