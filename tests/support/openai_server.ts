/**
 * A server of the OpenAI API that does what a test says, well or badly.
 *
 * @module
 */

/** A request as the server saw it. */
export interface Seen {
  readonly path: string;
  readonly headers: Headers;
  /** JSON body; empty for others. */
  readonly body: Record<string, unknown>;
  /** Multipart body; empty for others. */
  readonly form: FormData;
}

/** How a route answers. */
export type Route = (seen: Seen) => Response | Promise<Response>;

/** What the server does; each may be changed at any time. */
export interface OpenAiScript {
  chat: Route;
  transcribe: Route;
  speak: Route;
  models: Route;
}

/** A running server. */
export interface FakeOpenAiServer extends AsyncDisposable {
  /** Address up to the version. */
  readonly baseUrl: string;
  readonly script: OpenAiScript;
  /** All requests so far. */
  readonly seen: Seen[];
}

/** Serves on a free port of this machine. */
export function openAiServer(script: Partial<OpenAiScript> = {}): FakeOpenAiServer {
  const full: OpenAiScript = {
    chat: () => stream([says("Hello."), ends("stop")]),
    transcribe: () => Response.json({ text: "hello" }),
    speak: () => new Response(tone(2400)),
    models: () => Response.json({ object: "list", data: [{ id: "m" }] }),
    ...script,
  };
  const seen: Seen[] = [];
  const routes: Readonly<Record<string, keyof OpenAiScript>> = {
    "/v1/chat/completions": "chat",
    "/v1/audio/transcriptions": "transcribe",
    "/v1/audio/speech": "speak",
    "/v1/models": "models",
  };
  const http = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {}, onError: () => new Response(null, { status: 500 }) },
    async (request) => {
      const path = new URL(request.url).pathname;
      const type = request.headers.get("content-type") ?? "";
      const body = type.startsWith("application/json") ? await request.json() : {};
      const form = type.startsWith("multipart/") ? await request.formData() : new FormData();
      const one: Seen = { path, headers: request.headers, body, form };
      seen.push(one);
      const route = routes[path];
      return route === undefined ? new Response("404 page not found", { status: 404 }) : await full[route](one);
    },
  );
  return {
    baseUrl: `http://127.0.0.1:${http.addr.port}/v1`,
    script: full,
    seen,
    [Symbol.asyncDispose]: () => http.shutdown(),
  };
}

/** A chunk of a chat completion with a delta. */
export function chunk(delta: Record<string, unknown>, finish: string | null = null): unknown {
  return { id: "c1", object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: finish }] };
}

/** A chunk with text. */
export function says(content: string): unknown {
  return chunk({ content });
}

/** The last chunk. */
export function ends(reason: string): unknown {
  return chunk({}, reason);
}

/** A chunk with one fragment of a tool call. */
export function calls(fragment: Record<string, unknown>): unknown {
  return chunk({ tool_calls: [fragment] });
}

/** An event stream of chunks, closed by `[DONE]`. Texts are sent as they are. */
export function stream(chunks: readonly unknown[], done = true): Response {
  const events = chunks.map((one) => typeof one === "string" ? one : `data: ${JSON.stringify(one)}\n\n`);
  return new Response(ReadableStream.from(bytesOf([...events, ...(done ? ["data: [DONE]\n\n"] : [])])), {
    headers: { "content-type": "text/event-stream" },
  });
}

/** A body that gives these pieces and then nothing, until the caller leaves; `onLeft` is called then. */
export function stuck(pieces: readonly Uint8Array[], type: string, onLeft: () => void = () => {}): Response {
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => pieces.forEach((piece) => controller.enqueue(piece)),
    cancel: onLeft,
  });
  return new Response(body, { headers: { "content-type": type } });
}

/** A body that gives these pieces and then breaks the connection. */
export function broken(pieces: readonly Uint8Array[], type: string): Response {
  const left = [...pieces];
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      const piece = left.shift();
      if (piece === undefined) controller.error(new Error("Cable cut"));
      else controller.enqueue(piece);
    },
  });
  return new Response(body, { headers: { "content-type": type } });
}

/** A body that repeats a piece for ever. */
export function endless(piece: Uint8Array, type: string): Response {
  return new Response(new ReadableStream({ pull: (controller) => controller.enqueue(piece) }), { headers: { "content-type": type } });
}

/** A server that takes one request and never answers. */
export interface HangingServer extends Disposable {
  readonly baseUrl: string;
  /** Resolves when a request comes in. */
  readonly asked: Promise<void>;
  /** Resolves when the caller has closed the connection. */
  readonly left: Promise<void>;
}

/** Hangs. A plain socket notices at once that its caller has gone; `Deno.serve` notices late where the request has a large body. */
export function hangingServer(): HangingServer {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const asked = Promise.withResolvers<void>();
  const left = (async () => {
    using connection = await listener.accept();
    const bytes = new Uint8Array(1 << 16);
    try {
      while (await connection.read(bytes) !== null) asked.resolve();
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
    }
  })();
  return { baseUrl: `http://127.0.0.1:${listener.addr.port}/v1`, asked: asked.promise, left, [Symbol.dispose]: () => listener.close() };
}

/** An error as OpenAI writes it. */
export function refuses(status: number, message: string, headers: Record<string, string> = {}): Response {
  return Response.json({ error: { message, type: "invalid_request_error", code: null } }, { status, headers });
}

/** Bytes of samples of a loud tone. */
export function tone(samples: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Int16Array.from({ length: samples }, (_, i) => Math.round(8000 * Math.sin(i / 5))).buffer);
}

/** Texts as bytes. */
export function bytesOf(texts: readonly string[]): Uint8Array<ArrayBuffer>[] {
  return texts.map((text) => new TextEncoder().encode(text));
}
