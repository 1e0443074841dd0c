/**
 * Audio in any store that speaks S3: requests signed with AWS Signature Version 4, buckets addressed by path.
 *
 * @module
 */

import { AwsClient } from "aws4fetch";
import { createHash } from "node:crypto";
import type { Clock } from "../../base/clock.ts";
import { AppError, messageOf } from "../../base/errors.ts";
import { type AudioStore, type ByteRange, checkedPath, isAudioPath, type StoredAudio } from "./audio_store.ts";
import { AudioStoreError } from "./errors.ts";
import { errorCode, parseObjectPage } from "./s3_list.ts";

/** Where the bucket is and who asks. */
export interface S3Options {
  /** Such as `https://s3.eu-central-1.amazonaws.com` or `http://minio:9000`. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  /** Put before every path, such as `xiaozhi/`; may be empty. */
  readonly prefix: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly clock: Clock;
  readonly fetch?: typeof fetch;
}

/** How long the store may take to answer, milliseconds: as long as the database may. */
const ANSWER_MS = 30_000;
/** Longest error text that is read, bytes; S3's have a few hundred. */
const MAX_ERROR_BYTES = 4096;
/** Removals at once: enough to hide the way, few enough for a small store. */
const PARALLEL = 8;

/** Audio in a bucket. */
export function s3AudioStore(options: S3Options): AudioStore {
  const { clock, prefix } = options;
  const bucket = `${options.endpoint.replace(/\/+$/, "")}/${encodeURIComponent(options.bucket)}`;
  const { accessKeyId, secretAccessKey, region } = options;
  const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: "s3" });
  const urlOf = (path: string) => `${bucket}/${(prefix + checkedPath(path)).split("/").map(encodeURIComponent).join("/")}`;

  const ask = async (action: string, url: string, init: RequestInit = {}): Promise<Response> => {
    const late = new AbortController();
    const timer = clock.setTimeout(
      () => late.abort(new AppError(`no answer within ${ANSWER_MS} ms`, { code: "audio_unreachable" })),
      ANSWER_MS,
    );
    try {
      const aws = { datetime: new Date(clock.wall()).toISOString().replace(/[:-]|\.\d{3}/g, "") };
      const signed = await client.sign(url, { ...init, aws });
      return await (options.fetch ?? fetch)(signed, { signal: late.signal, redirect: "manual" });
    } catch (error) {
      throw new AudioStoreError(
        `Cannot ${action} in the audio store at ${options.endpoint}: ${messageOf(error)}`,
        "audio_unreachable",
        error,
      );
    } finally {
      clock.clearTimeout(timer);
    }
  };
  /** The answer where it is one of `good`, undefined for 404, an error else; the body of all but the first is read to its end. */
  const expect = async (action: string, answer: Response, good: readonly number[]): Promise<Response | undefined> => {
    if (good.includes(answer.status)) return answer;
    const code = errorCode(await shortText(answer));
    // A bucket that is missing is 404 too, and must not look like an empty one.
    if (answer.status === 404 && code !== "NoSuchBucket") return undefined;
    const said = `${answer.status}${code === undefined ? "" : ` ${code}`}`;
    const busy = answer.status >= 500 || answer.status === 429;
    const refused = [301, 307, 401, 403, 404].includes(answer.status);
    throw new AudioStoreError(
      `Cannot ${action} in the audio store at ${options.endpoint}: it answered ${said}` +
        (refused ? "; check bucket, region and keys of history.audioStore" : ""),
      busy ? "audio_unreachable" : refused ? "audio_refused" : "audio_failed",
    );
  };
  const head = async (path: string): Promise<number | undefined> => {
    const answer = await expect("look up audio", await ask("look up audio", urlOf(path), { method: "HEAD" }), [200]);
    await answer?.body?.cancel();
    return answer === undefined ? undefined : Number(answer.headers.get("content-length") ?? 0);
  };
  const removeOne = async (path: string): Promise<number> => {
    // S3 answers 204 whether there was anything or not.
    if (await head(path) === undefined) return 0;
    const answer = await expect("remove audio", await ask("remove audio", urlOf(path), { method: "DELETE" }), [200, 204]);
    await answer?.body?.cancel();
    return 1;
  };

  return {
    async put(path, bytes) {
      // Signed with the body's own hash, so that a store which checks it refuses what was damaged on the way.
      const headers = {
        "content-type": "audio/ogg",
        "x-amz-content-sha256": createHash("sha256").update(bytes).digest("hex"),
      };
      const answer = await ask("write audio", urlOf(path), { method: "PUT", body: bytes, headers });
      if (await expect("write audio", answer, [200, 201, 204]) === undefined) {
        throw new AudioStoreError(`Cannot write audio: the audio store at ${options.endpoint} does not know the bucket`, "audio_refused");
      }
      await answer.body?.cancel();
    },
    size: head,
    async read(path, range) {
      const url = urlOf(path);
      const size = await head(path);
      if (size === undefined) return undefined;
      return lazy(async () => {
        if (size === 0 || range !== undefined && range.end <= range.start) return undefined;
        const answer = await ask("read audio", url, range === undefined ? {} : { headers: { range: rangeOf(range) } });
        const found = await expect("read audio", answer, range === undefined ? [200] : [206]);
        if (found === undefined) throw new AudioStoreError(`Audio '${path}' was removed while it was read`, "audio_failed");
        return found.body;
      });
    },
    async remove(paths) {
      let removed = 0;
      let failure: unknown;
      const left = [...new Set(paths)];
      const work = async () => {
        for (let path = left.pop(); path !== undefined; path = left.pop()) {
          try {
            const there = await removeOne(path);
            removed += there;
          } catch (error) {
            failure ??= error;
          }
        }
      };
      await Promise.all(Array.from({ length: Math.min(PARALLEL, left.length) }, work));
      if (failure !== undefined) throw failure;
      return removed;
    },
    async *list(): AsyncGenerator<StoredAudio> {
      let next: string | undefined;
      do {
        const query = new URLSearchParams({ "list-type": "2", "encoding-type": "url", prefix: `${prefix}audio/` });
        if (next !== undefined) query.set("continuation-token", next);
        const answer = await expect("list audio", await ask("list audio", `${bucket}?${query}`), [200]);
        const page = parseObjectPage(await answer?.text() ?? "");
        for (const { key, size, writtenAt } of page.objects) {
          const path = key.slice(prefix.length);
          if (key.startsWith(prefix) && isAudioPath(path)) yield { path, size, writtenAt };
        }
        next = page.next;
      } while (next !== undefined);
    },
  };
}

function rangeOf({ start, end }: ByteRange): string {
  return `bytes=${start}-${end - 1}`;
}

/** A body that asks for its bytes when the first of them is wanted. */
function lazy(open: () => Promise<ReadableStream<Uint8Array<ArrayBuffer>> | null | undefined>): ReadableStream<Uint8Array<ArrayBuffer>> {
  let reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined;
  return new ReadableStream({
    async pull(controller) {
      reader ??= (await open() ?? ReadableStream.from<Uint8Array<ArrayBuffer>>([])).getReader();
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader?.cancel(reason),
  }, { highWaterMark: 0 });
}

async function shortText(answer: Response): Promise<string> {
  if (answer.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of answer.body) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MAX_ERROR_BYTES) break;
  }
  return text;
}
