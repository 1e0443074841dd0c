/**
 * Everything below `/console`, and what it needs below `/api`.
 *
 * @module
 */

import type { Context, Hono } from "hono";
import type { Logger } from "@logtape/logtape";
import type { Clock } from "../../base/clock.ts";
import { deviceMachine } from "../../actors/device/machine.ts";
import type { DeviceControl } from "../../actors/devices/device_control.ts";
import type { ChartLibrary } from "../../services/charts/library.ts";
import type { ConsoleBundle } from "../../services/console_bundle/mod.ts";
import type { SignIn } from "../../services/sign_in/mod.ts";
import { addDeviceActions } from "../api/device_actions.ts";
import type { Api } from "../api/operation.ts";
import { isCrossSite } from "../api/same_origin.ts";
import type { AppEnv } from "../app_env.ts";
import type { DeviceTickets } from "../device_tickets.ts";
import type { OwnerVerdict } from "../owner.ts";
import type { TrustedProxies } from "../trusted_proxies.ts";
import { addCharts } from "./charts_route.ts";
import { addFeed, type FeedRouteDeps } from "./feed_route.ts";
import { addFiles } from "./files.ts";
import type { Fleet } from "./fleet.ts";
import type { OverviewTeller } from "./overview/overview.ts";
import { addOverview } from "./overview/route.ts";
import { addRecords, type Recorders } from "./records_route.ts";
import { addSession } from "./session.ts";
import { addTickets } from "./ticket_route.ts";

/** What the console is made of. */
export interface ConsoleParts {
  readonly signIn: SignIn;
  readonly bundle: ConsoleBundle;
  readonly fleet: Fleet;
  readonly control: DeviceControl;
  readonly overview: OverviewTeller;
  readonly charts: ChartLibrary;
  readonly recorders: Recorders;
  /** Lets the browser device in. */
  readonly tickets: DeviceTickets;
}

/** What the routes know from the rest of the app. */
export interface ConsoleRouteDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly proxies: TrustedProxies;
  readonly publicUrl: string;
  readonly version: string;
  /** Port of the device sockets, where they have one of their own. */
  readonly devicePort: () => number | undefined;
  /** Whether the life cycle below `/api` is served now. */
  readonly api: () => boolean;
  readonly check: (request: Request, peer: string) => OwnerVerdict;
}

/** Adds what is below `/console`. */
export function addConsole(app: Hono<AppEnv>, { signIn, bundle }: ConsoleParts, deps: ConsoleRouteDeps): void {
  addSession(app, { signIn, ...deps });
  addFiles(app, bundle, deps);
}

/** Adds what the console needs below `/api`. */
export function addConsoleApi(api: Api, parts: ConsoleParts, deps: ConsoleRouteDeps): void {
  const { fleet, control, overview, charts, recorders, tickets } = parts;
  const { clock, check, proxies, publicUrl } = deps;
  // What people say of a device changes through these operations; the console hears of it at once.
  api.use("/api/devices/:id/*", tellFleet(fleet));
  api.use("/api/devices/:id", tellFleet(fleet));
  addDeviceActions(api, control);
  addOverview(api, overview);
  addCharts(api, charts, new Map([[deviceMachine.id, () => JSON.stringify(deviceMachine.definition)]]));
  addTickets(api, { tickets, devicePort: deps.devicePort });
  const feed: FeedRouteDeps = {
    clock,
    fleet,
    allowed(c) {
      // The request itself is gone once it is answered.
      const copy = new Request(c.req.url, { headers: [...c.req.raw.headers] });
      const { peer } = c.env;
      return () => check(copy, peer).owner;
    },
    crossSite: (c) => isCrossSite(c.req.raw, c.env.peer, proxies, publicUrl),
  };
  addFeed(api, feed);
  addRecords(api, { ...feed, ...recorders });
}

function tellFleet(fleet: Fleet): (c: Context<AppEnv>, next: () => Promise<void>) => Promise<void> {
  return async (c, next) => {
    await next();
    const id = c.req.param("id");
    if (c.req.method !== "GET" && c.res.ok && id !== undefined) await fleet.edited(decodeURIComponent(id).toLowerCase()).catch(() => {});
  };
}
