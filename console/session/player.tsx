/**
 * Plays what was kept of turns, one piece at a time.
 *
 * @module
 */

import type { JSX, RefObject } from "preact";
import { useRef, useState } from "preact/hooks";
import { useConsole, useTexts } from "../context.ts";
import { Icon } from "../ui/icons.tsx";
import { sessionTexts } from "./texts.ts";

/** Something that can be played. */
export interface Track {
  /** Address of the audio. */
  readonly url: string;
  /** What it is, for the label of the player. */
  readonly label: string;
  /** Where its sentences begin, milliseconds; none where that is not known. */
  readonly starts: readonly number[];
}

/** The player of a page. */
export interface Player {
  readonly audio: RefObject<HTMLAudioElement | null>;
  /** What was chosen last. */
  readonly track: Track | undefined;
  readonly playing: boolean;
  /** The sentence that is at the ear now; -1 for none. */
  readonly sentence: number;
  /** Plays a track from one of its sentences on, or from its beginning; what plays there already is paused. */
  readonly toggle: (track: Track, sentence?: number) => void;
  /** Has the player look where it is. */
  readonly look: () => void;
}

/** A player; {@link PlayerBar} draws it. */
export function usePlayer(): Player {
  const { toasts } = useConsole();
  const t = useTexts(sessionTexts);
  const audio = useRef<HTMLAudioElement>(null);
  const [track, setTrack] = useState<Track>();
  const [at, setAt] = useState({ playing: false, sentence: -1 });
  const toggle = (next: Track, sentence?: number): void => {
    const element = audio.current;
    if (element === null) return;
    const isThis = track?.url === next.url;
    if (isThis && at.playing && (sentence === undefined || sentence === at.sentence)) return element.pause();
    setTrack(next);
    if (!isThis) element.src = next.url;
    const startMs = next.starts[sentence ?? -1];
    if (startMs !== undefined) element.currentTime = startMs / 1000;
    else if (!isThis || element.ended) element.currentTime = 0;
    element.play().catch((error: DOMException) => {
      // Another track was chosen meanwhile.
      if (error.name !== "AbortError") toasts.show("bad", t.cannotPlay);
    });
  };
  const look = (): void => {
    const element = audio.current;
    if (element === null || track === undefined) return;
    // A seek lands on a frame, some microseconds off.
    const ms = element.currentTime * 1000 + 1;
    const sentence = track.starts.findLastIndex((startMs) => startMs <= ms);
    const playing = !element.paused && !element.ended;
    if (playing !== at.playing || sentence !== at.sentence) setAt({ playing, sentence });
  };
  return { audio, track, ...at, toggle, look };
}

/** The player at the foot of the page; out of sight until something is played. */
export function PlayerBar({ player: { audio, track, look } }: { readonly player: Player }): JSX.Element {
  const t = useTexts(sessionTexts);
  return (
    <div class="session-player" role="region" aria-label={t.player} hidden={track === undefined}>
      <span class="small soft">{track?.label}</span>
      <audio
        ref={audio}
        controls
        preload="auto"
        onTimeUpdate={look}
        onSeeked={look}
        onPlay={look}
        onPause={look}
        onEnded={look}
      />
    </div>
  );
}

/** What {@link PlayButton} plays. */
export interface PlayButtonProps {
  readonly player: Player;
  readonly track: Track;
  readonly label: string;
}

/** A button that plays a track, and pauses it. */
export function PlayButton({ player, track, label }: PlayButtonProps): JSX.Element {
  const t = useTexts(sessionTexts);
  const playing = player.playing && player.track?.url === track.url;
  const says = playing ? t.pause : label;
  return (
    <button type="button" class="quiet play" title={says} aria-label={`${says}: ${track.label}`} onClick={() => player.toggle(track)}>
      <Icon name={playing ? "pause" : "play"} size={16} />
    </button>
  );
}
