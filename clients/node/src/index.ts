/** What the faces share; an app imports one of them: `latchkey/express`, `latchkey/fastify`, `latchkey/hono`. */

export { Client, type ClientOptions, NoVerdict } from "./client.js";
export type { Options } from "./gate.js";
export type { Answer, Question, Verdict } from "./verdict.js";
