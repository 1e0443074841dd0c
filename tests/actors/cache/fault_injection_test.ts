/**
 * The cache's actor under its supervisor, made to crash in each place of its chart.
 *
 * @module
 */

import { invalidationChild } from "../../../actors/cache/child.ts";
import { SETTLE_MS } from "../../../actors/cache/limits.ts";
import { type FaultRig, injectFaults } from "../../support/fault_injection.ts";
import { settle, VirtualClock } from "../../support/virtual_clock.ts";
import { FakeChannel } from "./fake_channel.ts";

interface Rig extends FaultRig {
  readonly channel: FakeChannel;
  readonly clock: VirtualClock;
}

function rig(): Rig {
  const clock = new VirtualClock();
  const channel = new FakeChannel();
  const spec = invalidationChild({ channel, clock, random: () => 0.5 });
  const open = () => ({
    listeners: channel.listener === undefined ? 0 : 1,
    watchers: channel.connected === undefined ? 0 : 1,
    trust: channel.trusted ? 1 : 0,
  });
  return { clock, channel, spec, open };
}

const announcing = ({ channel }: Rig) => channel.listener?.subscribed();
const settling = async (it: Rig) => {
  announcing(it);
  it.channel.announcing?.resolve();
  await settle();
};

injectFaults<Rig>({
  name: "the cache's invalidation",
  make: rig,
  flagged: true,
  ways: {
    connecting: () => {},
    announcing,
    settling,
    subscribed: async (it) => {
      await settling(it);
      await it.clock.advance(SETTLE_MS);
    },
    disconnected: ({ channel }) => channel.listener?.lost("test"),
  },
});
