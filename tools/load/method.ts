/**
 * How the figures of a load come about, in words.
 *
 * @module
 */

import type { LoadOptions } from "./options.ts";
import type { Conversing } from "./run.ts";

/** The method, for people who read the figures. */
export function methodOf(options: LoadOptions, { sentences, sentenceMs, duty, abortEvery, pacerMs }: Conversing): string {
  const stages = options.stagesMs;
  const [asr, chat, tts] = stages ?? [];
  const known = stages === undefined
    ? "The stages of that server are unknown, so that nothing can be said about what is added."
    : `The stages take ${asr} ms (recognition), ${chat} ms (chat) and ${tts} ms (each sentence).`;
  return `
- Processes of one machine over loopback: the server${
    options.server === undefined ? " (after some 200 turns to warm up)" : ""
  }, the devices, ${options.server === undefined ? "the stages, " : ""}this program. ${known}
- Each device asks by voice (60 ms packets, DTX in the silence), is answered with ${sentences} x ${sentenceMs} ms of speech, and pauses, so that it is
  spoken to ${100 * duty} % of the time; all devices together do so evenly. One turn in ${abortEvery} is interrupted by abort.
- response: end of speech to first frame. added: the same less the stages, in the turns (one in two) that are push-to-talk, from listen stop on:
  this is what the server adds. by ear: the other turns, from the end of the sound, less the stages and the silence that ends an utterance;
  in it are also the packets of 60 ms and the windows of 32 ms that end when they end.
- late: gaps between neighbouring frames of more than 65 ms as the devices' process sees them; frames sent ahead are left out. empty pacer: the
  same for a process that only sends 180 bytes every 60 ms to as many connections as are spoken to at once, for ${
    pacerMs / 1000
  } s right before and after.
- underruns: moments at which a loudspeaker that plays each frame as soon as it can had none. dry devices: those to which that happened.
- as sent: the same gaps as the server saw them when it handed the frames to its sockets, whatever the devices' process was late.
- abort: until the last frame and until tts stop arrive. a spoken s: the server's CPU for a second of one device's being spoken to, what idle and
  listening devices cost included, while all devices are at it; duty is of that time, too. devices, stages: the CPU of those processes, ms/s. machine: share of all cores in use by anybody. loop:
  how late 10 ms timers of the server's event loop fire.
`.trim();
}
