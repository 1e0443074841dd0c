/**
 * A collector of OpenTelemetry data: what a process exports with `OTEL_EXPORTER_OTLP_PROTOCOL=http/json` arrives here.
 *
 * @module
 */

/** A span, as it was exported. Times in Unix milliseconds. */
export interface SunkSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a root. */
  readonly parentSpanId: string;
  readonly scope: string;
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  /** Message of an error; undefined where there was none. */
  readonly error: string | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A collector that listens. */
export interface OtlpSink extends AsyncDisposable {
  /** What the exporting process needs in its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Everything that was exported, as it came: spans, logs and metrics. */
  readonly raw: readonly string[];
  /** The spans of an instrumentation, by their start. */
  spans(scope: string): SunkSpan[];
}

/** OTLP over JSON, as far as it is read here; 64 bit numbers are strings (OpenTelemetry protocol, section "JSON Protobuf Encoding"). */
interface ExportedTraces {
  readonly resourceSpans?: readonly {
    readonly scopeSpans: readonly { readonly scope?: { readonly name?: string }; readonly spans: readonly ExportedSpan[] }[];
  }[];
}

interface ExportedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status?: { readonly code?: number; readonly message?: string };
  readonly attributes?: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
}

const STATUS_ERROR = 2;

/** Starts a collector on a free port. */
export function startOtlpSink(): OtlpSink {
  const raw: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    raw.push(await request.text());
    return new Response("{}", { headers: { "content-type": "application/json" } });
  });
  return {
    env: {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${server.addr.port}`,
    },
    raw,
    spans: (scope) =>
      raw.flatMap((body) => (JSON.parse(body) as ExportedTraces).resourceSpans ?? [])
        .flatMap(({ scopeSpans }) => scopeSpans)
        .flatMap(({ scope: by, spans }) => by?.name === scope ? spans.map((span) => spanOf(span, scope)) : [])
        .toSorted((a, b) => a.startMs - b.startMs),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function spanOf(span: ExportedSpan, scope: string): SunkSpan {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId ?? "",
    scope,
    name: span.name,
    startMs: Number(BigInt(span.startTimeUnixNano) / 1000n) / 1000,
    endMs: Number(BigInt(span.endTimeUnixNano) / 1000n) / 1000,
    error: span.status?.code === STATUS_ERROR ? span.status.message ?? "" : undefined,
    attributes: Object.fromEntries((span.attributes ?? []).map(({ key, value }) => [key, plain(Object.values(value)[0], value)])),
  };
}

function plain(value: unknown, wrapped: Readonly<Record<string, unknown>>): unknown {
  return "intValue" in wrapped ? Number(value) : value;
}
