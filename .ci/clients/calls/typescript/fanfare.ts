// What a customer of `fanfare` does, with the types that openapi-typescript makes: keys have types there, and a customer
// manages their own.
import createClient from "openapi-fetch";
import type { components, paths } from "./fanfare.schema.js";
import { good, keyOf, refused, same, slug, url } from "./stack.js";

type Schemas = components["schemas"];

const as = (key: string) => createClient<paths>({ baseUrl: url, headers: { Authorization: `Bearer ${key}` } });
const caller = as(keyOf("secret"));

// An experience is made, is there, and is listed.
const made: Schemas["Experience"] = good(await caller.POST("/api/experiences", { body: { name: "Made by a client" } })).data;
const statuses: Record<Schemas["Experience"]["status"], boolean> = { draft: true, scheduled: false, active: false, completed: false };
same(statuses[made.status], true);
same(good(await caller.GET("/api/experiences/{id}", { params: { path: { id: made.id } } })).data, made);
same(good(await caller.GET("/api/experiences", { params: { query: { first: 1 } } })).data.length, 1);

// A consumer is known by one of three, and all of them are members of the type.
const body: Schemas["NewConsumer"] = { email: "typed@example.com", metadata: { seat: { row: 7 } } };
const consumer = good(await caller.POST("/api/consumers", { body })).data;
same([consumer.email, consumer.phone], [body.email ?? null, null]);

// Refusals are of the types that the document has for them.
const again = refused(await caller.POST("/api/consumers", { body }), 409);
same(typeof ("error" in again && again.error), "string");
const nobody = refused(await caller.POST("/api/consumers", { body: { fullName: "Nobody" } }), 400);
same("details" in nobody && nobody.details.map((detail) => detail.field), ["email"]);

// A key from its making to its end.
const path = { org: slug };
const order: Schemas["KeyOrder"] = { name: "web shop", type: "public" };
const issued = good(await caller.POST("/api/v1/{org}/api-keys", { params: { path }, body: order })).data;
if (!("key" in issued)) {
  throw new Error("only what was issued before has no secret");
}
same(good(await as(issued.key).GET("/api/experiences")).data.length > 0, true);
const one = { path: { ...path, id: issued.id } };
good(await caller.POST("/api/v1/{org}/api-keys/{id}/regenerate", { params: one, body: {} }));
same(good(await caller.DELETE("/api/v1/{org}/api-keys/{id}", { params: one })).data.deleted, true);
refused(await as(issued.key).GET("/api/experiences"), 401);
