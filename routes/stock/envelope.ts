/**
 * Answers as a stock manager-api gives them: `{code, msg, data}`, nearly always with status 200 (interop reference 2.4).
 *
 * @module
 */

/** Codes of the envelope. */
export const STOCK_CODE = { ok: 0, badRequest: 400, unauthorized: 401, notFound: 404, tooLarge: 413, failed: 500 } as const;

/** An answer that went well. */
export function stockData(data: unknown): Response {
  return answer(200, { code: STOCK_CODE.ok, msg: "success", data });
}

/**
 * An answer that says what is wrong.
 *
 * @param status Of HTTP: a stock server sends again after 408, 429 and 5xx, and not after others.
 */
export function stockError(code: number, msg: string, status = 200): Response {
  return answer(status, { code, msg, data: null });
}

function answer(status: number, body: unknown): Response {
  return Response.json(body, { status, headers: { "cache-control": "no-store", "x-content-type-options": "nosniff" } });
}
