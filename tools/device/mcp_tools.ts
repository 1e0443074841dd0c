/**
 * The tools of a virtual board, named and shaped as those of real boards (78/xiaozhi-esp32 main/mcp_server.cc).
 *
 * @module
 */

/** A property of a tool: the three types that the firmware knows. */
export type ToolProperty =
  | { readonly type: "integer"; readonly minimum?: number; readonly maximum?: number; readonly default?: number }
  | { readonly type: "string"; readonly default?: string }
  | { readonly type: "boolean"; readonly default?: boolean };

/** Arguments after checking. */
export type ToolArguments = Readonly<Record<string, number | string | boolean>>;

/** A tool of the device. */
export interface DeviceTool {
  readonly name: string;
  readonly description: string;
  readonly properties: Readonly<Record<string, ToolProperty>>;
  /** Listed only when the server asks for user tools. */
  readonly userOnly?: boolean;
  /** How long it blocks the device's main loop, milliseconds. */
  readonly durationMs: number;
  /** Does it. What it throws becomes an error reply. */
  call(args: ToolArguments): unknown;
}

/** What the tools change. */
export interface Board {
  volume: number;
  brightness: number;
  theme: string;
}

/** How long a setting takes: writing it to flash, milliseconds (estimate). */
const SETTING_MS = 20;

/** The tools that every board with a loudspeaker and a screen has. */
export function standardTools(board: Board): DeviceTool[] {
  return [
    {
      name: "self.get_device_status",
      description: "Gives the device's state: loudspeaker, screen, battery, network. Call it before changing a setting.",
      properties: {},
      durationMs: 1,
      call: () => ({
        audio_speaker: { volume: board.volume },
        screen: { brightness: board.brightness, theme: board.theme },
        battery: { level: 80, charging: false },
        network: { type: "wifi", ssid: "virtual", signal: "strong" },
      }),
    },
    {
      name: "self.audio_speaker.set_volume",
      description: "Sets the volume of the loudspeaker. When the present volume is unknown, call `self.get_device_status` first.",
      properties: { volume: { type: "integer", minimum: 0, maximum: 100 } },
      durationMs: SETTING_MS,
      call: ({ volume }) => {
        board.volume = Number(volume);
        return true;
      },
    },
    {
      name: "self.screen.set_brightness",
      description: "Sets the brightness of the screen.",
      properties: { brightness: { type: "integer", minimum: 0, maximum: 100 } },
      durationMs: SETTING_MS,
      call: ({ brightness }) => {
        board.brightness = Number(brightness);
        return true;
      },
    },
    {
      name: "self.screen.set_theme",
      description: "Sets the theme of the screen: `light` or `dark`.",
      properties: { theme: { type: "string" } },
      durationMs: SETTING_MS,
      call: ({ theme }) => {
        if (theme !== "light" && theme !== "dark") return false;
        board.theme = theme;
        return true;
      },
    },
    {
      name: "self.get_system_info",
      description: "Gives details of chip and memory.",
      properties: {},
      userOnly: true,
      durationMs: 1,
      call: () => ({ chip_model_name: "esp32s3", flash_size: 16_777_216, minimum_free_heap_size: "8318916" }),
    },
  ];
}
