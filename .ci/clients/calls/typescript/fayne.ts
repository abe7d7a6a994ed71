// What a customer of `fayne` does, with the types that openapi-typescript makes.
import createClient from "openapi-fetch";
import type { components, paths } from "./fayne.schema.js";
import { good, keyOf, refused, same, url } from "./stack.js";

type Schemas = components["schemas"];

const as = (key: string) => createClient<paths>({ baseUrl: url, headers: { Authorization: `Bearer ${key}` } });
const caller = as(keyOf("demo"));

// What is there.
const { courses, pagination } = good(await caller.GET("/api/v1/courses", { params: { query: { limit: 1 } } })).data;
const statuses: Record<Schemas["Course"]["status"], true> = { draft: true, published: true };
same(courses.map((course) => statuses[course.status]), [true]);
same(pagination.limit, 1);

// A list from its making to its end. What has a default can be left out.
const made: Schemas["AccessList"] = good(await caller.POST("/api/v1/lists", { body: { name: "Spring" } })).data;
const params = { path: { id: made.id } };
same(good(await caller.GET("/api/v1/lists/{id}", { params })).data, made);
const gone: { id: string; deleted: boolean } = good(await caller.DELETE("/api/v1/lists/{id}", { params })).data;
same(gone.deleted, true);

// Refusals are of the types that the document has for them.
const missing = refused(await caller.GET("/api/v1/lists/{id}", { params }), 404);
if ("message" in missing) {
  throw new Error("that is API Gateway's");
}
same(missing.error.code, "not_found");
const stranger = refused(await as(`fa_live_${"0".repeat(32)}`).GET("/api/v1/courses"), 401);
if ("message" in stranger) {
  throw new Error("that is API Gateway's");
}
same(stranger.error.code, "unauthorized");
