/**
 * Answers of the server that are no good ones.
 *
 * @module
 */

/** A request that failed. `code` is the server's, or `unreachable` where there was no answer. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: string;
  /** Seconds to wait before the next try, where the server says so. */
  readonly retryAfterS: number | undefined;

  constructor(message: string, details: { readonly status: number; readonly code: string; readonly retryAfterS?: number | undefined }) {
    super(message);
    this.status = details.status;
    this.code = details.code;
    this.retryAfterS = details.retryAfterS;
  }
}

/** The error that an answer with problem+json says. */
export async function problemOf(response: Response): Promise<ApiError> {
  const after = Number(response.headers.get("retry-after"));
  const retryAfterS = after > 0 ? after : undefined;
  const { status } = response;
  try {
    const { code, title, detail } = await response.json() as { code?: string; title?: string; detail?: string };
    const message = [title, detail].filter((part) => part !== undefined).join(": ");
    return new ApiError(message === "" ? `HTTP ${status}` : message, { status, code: code ?? "unknown", retryAfterS });
  } catch {
    return new ApiError(`HTTP ${status}`, { status, code: "unknown", retryAfterS });
  }
}
