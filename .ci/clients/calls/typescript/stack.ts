// The running stack that is called: what its ready file says of it, and what is expected of its answers.
import { readFileSync } from "node:fs";
import { argv } from "node:process";

interface Stack {
  url: string;
  organizations: { slug: string; keys: { name: string; key: string }[] }[];
}

const stack = JSON.parse(readFileSync(argv[2] ?? "", "utf8")) as Stack;
const organization = stack.organizations[0];

export const url = stack.url;
export const slug = organization?.slug ?? "";
export const keyOf = (name: string) => organization?.keys.find((key) => key.name === name)?.key ?? "";

// The answer, which is a good one.
export function good<T>({ data, error }: { data?: T; error?: unknown }): T {
  if (data === undefined) {
    throw new Error(`refused: ${JSON.stringify(error)}`);
  }
  return data;
}

// The refusal, which has the status.
export function refused<E>({ error, response }: { error?: E; response: Response }, status: number): E {
  if (error === undefined || response.status !== status) {
    throw new Error(`${response.status} in place of ${status}`);
  }
  return error;
}

export function same<T>(found: T, expected: T) {
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new Error(`${JSON.stringify(found)} in place of ${JSON.stringify(expected)}`);
  }
}
