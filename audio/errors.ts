/**
 * The errors of the data plane.
 *
 * @module
 */

import { AppError } from "../base/errors.ts";

/**
 * Audio that cannot be read, made or sent. Codes of the codec and the containers:
 *
 * - `opus_undecodable`: a packet that Opus refuses; the decoder stays usable
 * - `opus_unjoinable`: frames that do not fit one packet
 * - `opus_frame_size`: a number of samples that is not one frame
 * - `opus_unsupported`: a rate, frame duration, complexity or bit rate that Opus does not know
 * - `wav_malformed`, `wav_unsupported`: not the WAV it should be; a coding that is not read here
 * - `ogg_malformed`, `ogg_unsupported`: not the Ogg Opus it should be; a codec or channel layout that is not read here
 * - `resample_unsupported`: a sample rate that makes no sense
 * - `encoder_crashed`: the worker that encodes ended unexpectedly; a new call gets a new worker
 * - `audio_closed`: use of an encoder or stream after it was closed
 */
export class AudioError extends AppError {}
