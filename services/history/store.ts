/**
 * The chat history as the rest of the runtime sees it.
 *
 * @module
 */

/** How a turn ended. */
export type TurnOutcome = "completed" | "interrupted" | "failed" | "empty" | "crashed";

/**
 * Marks of a turn, each in milliseconds since {@link TurnDraft.startedAt}; a mark that did not happen is absent. All but
 * `leadingSilenceMs` and the {@link TurnDelay}s, which are lengths, are instants. What lies between them is computed by `services/timeline/`.
 */
export interface TurnTimings {
  /** The person fell silent: the end of the utterance less the silence that made it. */
  readonly speechEndMs?: number;
  /** The utterance was over for the VAD, or the button was released. */
  readonly vadEndMs?: number;
  /** Endpoint decided: the utterance goes to the recogniser. */
  readonly endpointMs?: number;
  /** Recogniser's final text. */
  readonly recognizedMs?: number;
  /** It was decided to answer that text; the person might have gone on until then. */
  readonly settledMs?: number;
  /** First piece of the chat answer; absent where a fixed phrase was spoken. */
  readonly firstTokenMs?: number;
  /** First sentence handed to synthesis. */
  readonly firstSentenceMs?: number;
  /** First audio from synthesis, before it is encoded. */
  readonly firstAudioMs?: number;
  /** Length of the silence with which the first audio begins: the device plays it, and the person hears nothing yet. */
  readonly leadingSilenceMs?: number;
  /** First frame of the reply sent to the device. */
  readonly firstFrameMs?: number;
  /** Playback ended on the device, by the playout's clock; or was cut off. */
  readonly playoutEndMs?: number;
  /** A duration: the silence that was waited for until the utterance counted as ended. */
  readonly vadSilenceMs?: number;
  /** A duration: from the endpoint to the recogniser's final text; about 0 where it was found before the endpoint. */
  readonly finalizeMs?: number;
  /** A duration: from the final text to the decision to answer, while the person might have gone on. */
  readonly policyWaitMs?: number;
  /** The turn was over and its commit began. */
  readonly commitMs?: number;
  /** The commit was durable. Known only afterwards: see {@link HistoryStore.notePersisted}. */
  readonly persistedMs?: number;
}

/** The members of {@link TurnTimings} that are durations. */
export type TurnDelay = "vadSilenceMs" | "finalizeMs" | "policyWaitMs";

/** A sentence of an answer, as it was spoken: without markup, with numbers and signs as words. */
export interface SpokenSentence {
  readonly text: string;
  /** Where it begins in the audio of the answer, milliseconds. */
  readonly startMs: number;
  /** Milliseconds of it that the person heard. */
  readonly heardMs: number;
}

/** What is written when the text of a turn is known. */
export interface TurnDraft {
  /** ULID. */
  readonly turnId: string;
  readonly sessionId: string;
  readonly deviceId: string;
  /** Unix milliseconds at which speech (or typed text) began. */
  readonly startedAt: number;
  /** How the turn was asked for; `say` is an announcement of the owner, to which the person said nothing. */
  readonly source: "speech" | "text" | "wake" | "say";
  readonly userText: string;
}

/** A finished turn. */
export interface TurnRecord extends TurnDraft {
  readonly outcome: TurnOutcome;
  /** The whole answer as written by the chat stage. */
  readonly replyText: string;
  /** The part that the person heard. */
  readonly heardText: string;
  /** Audio heard, milliseconds. */
  readonly heardMs: number;
  /** Unix milliseconds. */
  readonly endedAt: number;
  readonly timings: TurnTimings;
  /** The sentences that were heard, in order, the last of them perhaps in part; absent where that is not known. */
  readonly sentences?: readonly SpokenSentence[];
  /** Why it failed, where it did: a code and a sentence, never a secret. */
  readonly error?: { readonly code: string; readonly message: string };
  /** Audio as whole Ogg Opus files; written beside the database when keeping audio is on. */
  readonly audio?: { readonly user?: Uint8Array; readonly reply?: Uint8Array };
}

/** A turn as read back. */
export interface StoredTurn extends Omit<TurnRecord, "audio"> {
  /** Paths below the data directory, where audio was kept. */
  readonly audioFiles: { readonly user?: string; readonly reply?: string };
  /** Where the turn came from, where that was not a device of this runtime: the source's name, a colon, and its key there. */
  readonly origin?: string;
}

/** A session: one connection of one device, from hello to close. */
export interface SessionRecord {
  readonly sessionId: string;
  readonly deviceId: string;
  readonly clientId: string;
  /** Unix milliseconds. */
  readonly startedAt: number;
  readonly endedAt?: number;
  /** Why it ended: `device`, `idle`, `goodbye`, `replaced`, `shutdown`, `error`, `import`. */
  readonly endReason?: string;
  /** What people called it. */
  readonly title?: string;
}

/** A session with the number of its turns. */
export interface SessionSummary extends SessionRecord {
  readonly turns: number;
  /** The beginning of what was said first, in lists; absent where nothing was. */
  readonly opening?: string;
}

/**
 * The history store. A turn is committed durably before `commitTurn` resolves, together with its outbox entry, exactly once per turn id.
 */
export interface HistoryStore extends AsyncDisposable {
  /** Records that a session began. */
  openSession(session: SessionRecord): Promise<void>;
  /** Records that a session ended; unknown ids are ignored. */
  closeSession(sessionId: string, endedAt: number, reason: string): Promise<void>;
  /** Writes the draft row; a draft found at the next start is closed as `crashed`. */
  draftTurn(draft: TurnDraft): Promise<void>;
  /** Commits the turn and its outbox entry. Calling it again with the same turn id changes nothing. */
  commitTurn(turn: TurnRecord): Promise<void>;
  /**
   * Adds the mark `persistedMs` to a committed turn. The store keeps it in memory and writes it with whatever it writes next, or when it is
   * closed, so that it costs no flush to disk of its own; a process that dies before loses this mark and nothing else.
   */
  notePersisted(turnId: string, persistedMs: number): void;
  /** Newest first. */
  listSessions(
    query?: { readonly deviceId?: string; readonly limit?: number; readonly before?: string },
  ): Promise<readonly SessionSummary[]>;
  /** Turns, oldest first within the page; the newest page first. */
  listTurns(
    query?: { readonly sessionId?: string; readonly deviceId?: string; readonly limit?: number; readonly before?: string },
  ): Promise<readonly StoredTurn[]>;
}
