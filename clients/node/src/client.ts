/**
 * Asks Latchkey for verdicts: a signed request each, over connections that stay open. No verdict is kept, and no question is
 * asked twice: it may have been counted although its answer was lost.
 */

import * as http from "node:http";
import * as https from "node:https";
import { text } from "node:stream/consumers";

import { Sha256 } from "@aws-crypto/sha256-js";
import { fromNodeProviderChain } from "@aws-sdk/credential-providers";
import { SignatureV4, type SignatureV4Init } from "@smithy/signature-v4";

import { type Answer, type Question, type Verdict, read } from "./verdict.js";

export interface ClientOptions {
  /** The stack's URL; `LATCHKEY_URL` if it is left out. */
  url?: string;
  /** The stack's region; `AWS_REGION` or `AWS_DEFAULT_REGION` if it is left out. */
  region?: string;
  /** AWS credentials, or a function that provides them; the SDK's chain for Node if they are left out. */
  credentials?: SignatureV4Init["credentials"];
  /** After so many milliseconds there is no verdict: 2,000. */
  timeout?: number;
  /** How many questions are asked at once: 32. */
  connections?: number;
}

/** There is no verdict, so nobody is let in. Its message says why, and never has the key. */
export class NoVerdict extends Error {}

export class Client {
  readonly #url: URL;
  readonly #timeout: number;
  readonly #signer: SignatureV4;
  readonly #agent: http.Agent;

  constructor(options: ClientOptions = {}) {
    const url = options.url ?? process.env.LATCHKEY_URL;
    const region = options.region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
    if (!url || !region) throw new Error("Latchkey needs the stack's url (LATCHKEY_URL) and region (AWS_REGION)");
    this.#url = new URL(url.replace(/\/+$/, "") + "/operator/v1/verify");
    this.#timeout = options.timeout ?? 2_000;
    const credentials = options.credentials ?? fromNodeProviderChain();
    this.#signer = new SignatureV4({ service: "execute-api", region, credentials, sha256: Sha256 });
    this.#agent = new (this.#protocol().Agent)({ keepAlive: true, maxSockets: options.connections ?? 32 });
  }

  /** The verdict on `question`, counted, or the answer to a caller that is not let in. Without either it throws `NoVerdict`. */
  async verify(question: Question): Promise<Verdict | Answer> {
    const body = JSON.stringify(question);
    const answer = await this.#post(body).catch((error: unknown) => {
      // Whatever it is: of credentials, names, connections or time.
      throw new NoVerdict(String(error), { cause: error });
    });
    if (answer.status !== 200) {
      // It says what is wrong with the question. It must not repeat the key.
      const said = question.key ? answer.text.replaceAll(question.key, "…") : answer.text;
      throw new NoVerdict(`the answer was ${answer.status}: ${said.slice(0, 300)}`);
    }
    const verdict = read(answer.text);
    if (verdict === undefined) throw new NoVerdict("the answer was no verdict");
    return verdict;
  }

  async #post(body: string): Promise<{ status: number | undefined; text: string }> {
    const signal = AbortSignal.timeout(this.#timeout);
    const { protocol, hostname, host, pathname: path } = this.#url;
    const headers = { host, "content-type": "application/json" };
    // The credentials may have to be fetched, which counts as well.
    const late = new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    late.catch(() => undefined);
    const signed = await Promise.race([
      this.#signer.sign({ method: "POST", protocol, hostname, path, headers, body }),
      late,
    ]);
    return new Promise((resolve, reject) => {
      const options = { method: "POST", headers: signed.headers, agent: this.#agent, signal };
      const request = this.#protocol().request(this.#url, options, (response) => {
        text(response).then((text) => resolve({ status: response.statusCode, text }), reject);
      });
      request.on("error", reject);
      request.end(body);
    });
  }

  #protocol(): typeof http | typeof https {
    return this.#url.protocol === "https:" ? https : http;
  }
}

let only: Client | undefined;

/** The client of all gates that have none of their own: one pool of connections for the process. */
export function shared(): Client {
  only ??= new Client();
  return only;
}
