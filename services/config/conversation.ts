/**
 * Section `conversation`: how the runtime talks with people.
 *
 * @module
 */

import { z } from "zod";
import { MAX_STAGE_MS } from "./limits.ts";

/** A hundred turns fill the context of every model that answers fast enough to be spoken with. */
const MAX_CONTEXT_TURNS = 100;

/** A reply that has waited this long is forgotten; better to have it go on, or end, before. */
const MAX_FALSE_INTERRUPTION_MS = 10_000;

/** A person who was silent for this long has given up the floor, whatever the last word was. */
const MAX_POLICY_WAIT_MS = 5000;

const PERSONA = "You are Xiaozhi, a friendly voice assistant. Answer in one to three short spoken sentences, in the language of the " +
  "question, without lists, markup or emoji.";

/** What stock firmware and its asset packs wake up to. */
const WAKE_WORDS = [
  "你好小智",
  "小智小智",
  "嗨小智",
  "小智",
  "hi xiaozhi",
  "hey xiaozhi",
  "xiaozhi",
  "hi esp",
  "hi lexin",
  "hi jason",
  "jarvis",
  "alexa",
];

/** More than the longest context of models that answer fast enough. */
const MAX_CONTEXT_TOKENS = 200_000;

const roleName = z.string().trim().min(1).max(64).meta({ expects: "the name of a role, of at most 64 characters" });

const role = z.strictObject({
  persona: z.string().min(1),
  voice: z.exactOptional(z.string().min(1)),
  language: z.exactOptional(z.enum(["auto", "zh", "en"])),
  greeting: z.exactOptional(z.string().trim().min(1)),
}).meta({ expects: "a map of persona, voice, language and greeting" });
/** Below it people do not wait yet: a filler would only delay the answer. */
const MIN_FILLER_MS = 500;

/**
 * Most answers begin within 2 s, and a silence of more than 2 to 3 s is taken for a breakdown. The clip takes about a second, which an answer
 * that comes right after this must wait for, so it is said only where the wait is already felt.
 */
const FILLER_AFTER_MS = 2500;

/** Schema of the section. */
export const conversationSection = z.strictObject({
  language: z.enum(["auto", "zh", "en"]).default("auto").meta({
    description: "Language of greetings, apologies and answers; auto follows the person",
  }),
  exitWords: z.array(z.string().trim().min(1)).default(["再见", "拜拜", "退出", "goodbye", "bye bye", "good bye"]).meta({
    description: "Words that, said alone, end the conversation",
  }),
  wakeWords: z.array(z.string().trim().min(1)).default(WAKE_WORDS).meta({
    description: "Texts of listen detect that are wake words; any other text was typed and is answered",
  }),
  wake: z.enum(["greet", "listen", "answer"]).default("greet").meta({
    description: "What a wake word does: a greeting, silent listening, or an answer to it as to a question",
  }),
  bargeIn: z.strictObject({
    falseInterruptionMs: z.int().min(0).max(MAX_FALSE_INTERRUPTION_MS).default(2000).meta({
      description: "Milliseconds after speech into an answer for which the answer waits for words in it, before it goes on",
    }),
    minSpeechMs: z.int().min(0).max(2000).default(160).meta({
      description: "Milliseconds of speech into an answer below which there can be no words; the shortest, such as stop, have 200",
    }),
  }),
  policyWaitMs: z.int().min(0).max(MAX_POLICY_WAIT_MS).default(400).meta({
    description: "Milliseconds that the answer to an unfinished text (it ends in a comma, or in and) waits for more; 0 never waits",
  }),
  contextTurns: z.int().min(0).max(MAX_CONTEXT_TURNS).default(10).meta({
    description: "Turns of the same session that the chat stage is reminded of",
  }),
  contextTokens: z.int().min(100).max(MAX_CONTEXT_TOKENS).default(3000).meta({
    description: "Tokens, by estimate, of instruction, turns and question together; the oldest turns are left out beyond it",
  }),
  role: z.string().trim().default("").meta({
    description: "Role of devices that have none of their own, by its name in conversation.roles; empty is conversation.persona",
  }),
  roles: z.record(roleName, role).default({}).meta({
    description: "Roles that devices can play: a map from name to persona, voice, language and greeting, of which persona must be there",
    expects: "a map from the name of a role to its persona, voice, language and greeting",
  }),
  turnWatchdogMs: z.int().min(1000).max(MAX_STAGE_MS).default(60_000).meta({
    description: "Milliseconds that a turn may stand still before it ends as failed; above every timeout of esp32Server",
  }),
  fillerAfterMs: z.int().min(MIN_FILLER_MS).max(MAX_STAGE_MS).default(FILLER_AFTER_MS).meta({
    description:
      'Milliseconds of silence while the answer is thought up until "One moment." is said, once a turn; features.fillers switches it',
  }),
  persona: z.string().default(PERSONA).meta({ description: "Instruction that the chat stage gets before each conversation" }),
});
