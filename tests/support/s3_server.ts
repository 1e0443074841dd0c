/**
 * A small S3-compatible store on a free port, which believes no signature that it has not computed itself (Signature Version 4,
 * docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html).
 *
 * @module
 */

import { createHash, createHmac } from "node:crypto";

/** What a client needs to know. */
export const S3_KEYS = {
  accessKeyId: "AKIDTEST",
  secretAccessKey: "secret/key+with=signs",
  region: "eu-test-1",
  bucket: "voices",
} as const;

/** The store, with what it holds and was asked. */
export interface S3Server extends AsyncDisposable {
  readonly endpoint: string;
  /** By key, without the bucket. */
  readonly objects: Map<string, Uint8Array<ArrayBuffer>>;
  /** Requests whose signature was right: method and path. */
  readonly asked: string[];
  /** Requests that were refused, and why. */
  readonly refused: string[];
  /** Answers every request with this status while it is set. */
  failWith: number | undefined;
}

/** Keys on a page of a list: few, so that lists have several pages. */
const PAGE_KEYS = 2;

/** Starts it. */
export function startS3(): S3Server {
  const objects = new Map<string, Uint8Array<ArrayBuffer>>();
  const asked: string[] = [];
  const refused: string[] = [];
  const problem = (status: number, code: string) =>
    new Response(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`, {
      status,
      headers: { "content-type": "application/xml" },
    });

  const answer = async (request: Request): Promise<Response> => {
    const body = new Uint8Array(await request.arrayBuffer());
    if (server.failWith !== undefined) return problem(server.failWith, "SlowDown");
    const objection = objectionTo(request, body);
    if (objection !== undefined) {
      refused.push(objection);
      return problem(403, "SignatureDoesNotMatch");
    }
    const url = new URL(request.url);
    asked.push(`${request.method} ${url.pathname}`);
    const [, bucket = "", ...rest] = url.pathname.split("/");
    if (decodeURIComponent(bucket) !== S3_KEYS.bucket) return problem(404, "NoSuchBucket");
    if (rest.length === 0) return list(url.searchParams);
    const key = rest.map(decodeURIComponent).join("/");
    const found = objects.get(key);
    switch (request.method) {
      case "PUT":
        objects.set(key, body);
        return new Response(null, { headers: { etag: '"e"' } });
      case "DELETE":
        objects.delete(key);
        return new Response(null, { status: 204 });
      case "HEAD":
        return found === undefined
          ? new Response(null, { status: 404 })
          : new Response(null, { headers: { "content-length": String(found.length) } });
      case "GET":
        return found === undefined ? problem(404, "NoSuchKey") : part(found, request.headers.get("range"));
      default:
        return problem(405, "MethodNotAllowed");
    }
  };
  const list = (query: URLSearchParams) => {
    const keys = [...objects.keys()].filter((key) => key.startsWith(query.get("prefix") ?? "")).sort();
    const from = Number(query.get("continuation-token") ?? 0);
    const page = keys.slice(from, from + PAGE_KEYS);
    const contents = page.map((key) =>
      `<Contents><Key>${encodeURIComponent(key)}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>` +
      `<Size>${objects.get(key)?.length}</Size></Contents>`
    );
    const more = from + PAGE_KEYS < keys.length;
    const next = more ? `<NextContinuationToken>${from + PAGE_KEYS}</NextContinuationToken>` : "";
    const xml = `<?xml version="1.0"?><ListBucketResult><IsTruncated>${more}</IsTruncated>${next}${contents.join("")}</ListBucketResult>`;
    return new Response(xml, { headers: { "content-type": "application/xml" } });
  };

  const http = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, answer);
  const server: S3Server = {
    endpoint: `http://127.0.0.1:${http.addr.port}`,
    objects,
    asked,
    refused,
    failWith: undefined,
    [Symbol.asyncDispose]: () => http.shutdown(),
  };
  return server;
}

function part(bytes: Uint8Array<ArrayBuffer>, range: string | null): Response {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? "") ?? [];
  if (first === undefined || last === undefined) return new Response(bytes);
  const body = bytes.slice(Number(first), Number(last) + 1);
  return new Response(body, { status: 206, headers: { "content-range": `bytes ${first}-${last}/${bytes.length}` } });
}

/** What is wrong with the signature of a request; undefined where it is right. */
function objectionTo(request: Request, body: Uint8Array): string | undefined {
  const [, credential = "", signed = "", signature = ""] =
    /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      request.headers.get("authorization") ?? "",
    ) ?? [];
  const date = request.headers.get("x-amz-date") ?? "";
  const [keyId, day = "", region, service, end] = credential.split("/");
  if (keyId !== S3_KEYS.accessKeyId || region !== S3_KEYS.region || service !== "s3" || end !== "aws4_request") {
    return `credential ${credential}`;
  }
  if (!date.startsWith(day) || !/^\d{8}T\d{6}Z$/.test(date)) return `date ${date}`;
  const names = signed.split(";");
  for (const name of ["host", "x-amz-date", "x-amz-content-sha256"]) if (!names.includes(name)) return `${name} is not signed`;
  const payload = request.headers.get("x-amz-content-sha256") ?? "";
  if (payload !== "UNSIGNED-PAYLOAD" && payload !== sha256(body)) return "the body is another";
  if (request.method === "PUT" && payload === "UNSIGNED-PAYLOAD") return "the body is not signed";
  const url = new URL(request.url);
  const query = [...url.searchParams].map(([name, value]) => `${strict(name)}=${strict(value)}`).sort().join("&");
  const headers = names.map((name) => `${name}:${(name === "host" ? url.host : request.headers.get(name) ?? "").trim()}\n`).join("");
  const canonical = [request.method, url.pathname, query, headers, signed, payload].join("\n");
  const text = ["AWS4-HMAC-SHA256", date, `${day}/${region}/s3/aws4_request`, sha256(canonical)].join("\n");
  const key = [day, region, "s3", "aws4_request"].reduce<string | Uint8Array>(
    (from, part) => hmac(from, part),
    `AWS4${S3_KEYS.secretAccessKey}`,
  );
  return hmac(key, text).toHex() === signature ? undefined : `signature of\n${canonical}`;
}

function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

function hmac(key: string | Uint8Array, text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHmac("sha256", key).update(text).digest());
}

function strict(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);
}
