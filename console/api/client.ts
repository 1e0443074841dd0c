/**
 * The server's API as functions. The shapes are the server's own types.
 *
 * @module
 */

import type {
  Device,
  DeviceChanges,
  DeviceSettingsInfo,
  DeviceTool,
  Erased,
  ImportReport,
  Session,
  SessionInfo,
} from "../../routes/console/types.ts";
import { ApiError, problemOf } from "./problem.ts";

/** The part of `fetch` that is used. */
export type Fetch = (input: string, init?: RequestInit) => Promise<Response>;

/** What {@link createApi} needs. */
export interface ApiOptions {
  readonly fetch: Fetch;
  /** Hears that the server no longer knows who asks. */
  readonly signedOut: () => void;
}

/** The API. Every function throws an {@link ApiError}. */
export interface Api {
  /** Any request below this server, for pages that add their own: the answer, checked for errors. A body is JSON, or a file as it is. */
  request(method: string, path: string, body?: unknown): Promise<Response>;
  /** The JSON that is at a path. */
  get<T>(path: string): Promise<T>;
  session(): Promise<SessionInfo>;
  signIn(password: string): Promise<SessionInfo>;
  signOut(): Promise<void>;
  device(id: string): Promise<Device>;
  changeDevice(id: string, changes: DeviceChanges): Promise<Device>;
  setRetention(id: string, days: number | null): Promise<void>;
  deleteDevice(id: string): Promise<Erased>;
  settings(id: string): Promise<DeviceSettingsInfo>;
  setRole(id: string, role: string | null): Promise<DeviceSettingsInfo>;
  tools(id: string): Promise<readonly DeviceTool[]>;
  callTool(
    id: string,
    name: string,
    args: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly text: string; readonly isError: boolean }>;
  say(id: string, text: string, interrupt: boolean): Promise<void>;
  reboot(id: string): Promise<void>;
  disconnect(id: string): Promise<void>;
  titleSession(id: string, title: string): Promise<Session>;
  deleteSession(id: string): Promise<Erased>;
  deleteTurn(id: string): Promise<Erased>;
  /** Brings a file of an export back; `type` is `application/x-ndjson` or `application/zip`. */
  importFile(file: Blob, type: string): Promise<ImportReport>;
}

/** The API over `fetch`. */
export function createApi({ fetch, signedOut }: ApiOptions): Api {
  const request = async (method: string, path: string, body?: unknown): Promise<Response> => {
    let response: Response;
    try {
      response = await fetch(path, {
        method,
        headers: {
          ...(method === "GET" ? {} : { "x-xiaozhi-console": "1" }),
          ...(body === undefined ? {} : { "content-type": body instanceof Blob ? body.type : "application/json" }),
        },
        ...(body === undefined ? {} : { body: body instanceof Blob ? body : JSON.stringify(body) }),
      });
    } catch {
      throw new ApiError("The server does not answer", { status: 0, code: "unreachable" });
    }
    if (response.ok) return response;
    const problem = await problemOf(response);
    if (problem.status === 401 && problem.code !== "wrong_password") signedOut();
    throw problem;
  };
  const json = async <T>(method: string, path: string, body?: unknown): Promise<T> => await (await request(method, path, body)).json();
  const session = (id: string) => `/api/sessions/${encodeURIComponent(id)}`;
  const at = (id: string, rest = "") => `/api/devices/${encodeURIComponent(id)}${rest}`;
  return {
    request,
    get: (path) => json("GET", path),
    session: () => json("GET", "/console/session"),
    signIn: (password) => json("POST", "/console/session", { password }),
    signOut: async () => void await request("DELETE", "/console/session"),
    device: (id) => json("GET", at(id)),
    changeDevice: (id, changes) => json("PATCH", at(id), changes),
    setRetention: async (id, days) => void await request("PUT", at(id, "/retention"), { days }),
    deleteDevice: (id) => json("DELETE", at(id)),
    settings: (id) => json("GET", at(id, "/settings")),
    setRole: (id, role) => json("PUT", at(id, "/role"), { role }),
    tools: async (id) => (await json<{ readonly items: readonly DeviceTool[] }>("GET", at(id, "/tools"))).items,
    callTool: (id, name, args) => json("POST", at(id, "/tools/call"), { name, arguments: args }),
    say: async (id, text, interrupt) => void await request("POST", at(id, "/say"), { text, interrupt }),
    reboot: async (id) => void await request("POST", at(id, "/reboot")),
    disconnect: async (id) => void await request("POST", at(id, "/disconnect")),
    titleSession: (id, title) => json("PATCH", session(id), { title }),
    deleteSession: (id) => json("DELETE", session(id)),
    deleteTurn: (id) => json("DELETE", `/api/turns/${encodeURIComponent(id)}`),
    importFile: (file, type) => json("POST", "/api/import", new Blob([file], { type })),
  };
}
