/**
 * The server's side of a device socket, as a script: it greets, answers typed text as it is told to, and hears everything else.
 *
 * @module
 */

import type { DeviceLink } from "../../actors/device/link.ts";
import type { AcceptDevice } from "../../routes/transport/transport.ts";

/** What is said to a typed text. */
export type Answers = Readonly<Record<string, (say: (message: object) => void, link: DeviceLink) => void>>;

/** A call of a tool of the device, as a message. */
export function toolCall(id: number, name: string, args: object): object {
  return { type: "mcp", payload: { jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: args } } };
}

/** What the display of a device shows in pictures. */
export const SAMPLE_ANSWERS: Answers = {
  "Tell me a joke about the kitchen light"(say) {
    say(toolCall(1, "self.light.set_rgb", { r: 255, g: 170, b: 60 }));
    say({ type: "stt", text: "Tell me a joke about the kitchen light" });
    say({ type: "tts", state: "start" });
    say({ type: "llm", emotion: "laughing", text: "😆" });
    say({ type: "tts", state: "sentence_start", text: "Why did the lamp go to school?" });
    say({ type: "tts", state: "sentence_start", text: "It wanted to be a little brighter." });
  },
};

/** Takes devices. `heard` gets a line for each message, `packet` is called for each packet of sound. */
export function scripted(answers: Answers, heard: (line: string) => void = () => {}, packet: () => void = () => {}): AcceptDevice {
  return (link) => ({
    onText(text) {
      const message = JSON.parse(text);
      const say = (answer: object) => link.sendText(JSON.stringify(answer));
      heard([message.type, message.state, message.mode ?? message.text ?? message.reason].filter(Boolean).join(" "));
      if (message.type === "hello") say({ type: "hello", transport: "websocket", session_id: "s1", audio_params: { sample_rate: 24_000 } });
      if (message.type === "mcp") heard(JSON.stringify(message.payload.result ?? message.payload.error));
      if (message.state === "detect") answers[message.text]?.(say, link);
      if (message.type === "abort") say({ type: "tts", state: "stop" });
    },
    onBinary: packet,
    onClosed: () => heard("closed"),
  });
}
