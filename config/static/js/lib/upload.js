/* Sends one file to one's own report over a line that breaks (tus 1.0.0, docs/decisions/0030).

   uploadFile({file, receipt, fields, onProgress, signal}) resolves to the evidence code once the
   server has sealed the whole file and named the SHA-256 that was computed here. It goes on
   where it stopped, also after the page or the browser was closed: the server knows the file by its
   hash, so nothing about it is kept on the phone. What cannot be mended by trying again rejects with
   an UploadRefused; an aborted signal rejects with its reason, and what came stays on the server
   until cancelUpload() or its time is over. */

import { Sha256 } from "./sha256.js";

const HOME = "/api/v1/uploads";
const SPOKEN = { "Tus-Resumable": "1.0.0" };
const BYTES = "application/offset+octet-stream";
const SLICE = 1024 * 1024; // bytes hashed at a time
const LEAST = 64 * 1024; // bytes of a piece on the worst line
const MOST = 16 * 1024 * 1024; // and on the best
const AIM = 8000; // ms a piece should take
const SILENCE = 45000; // ms after which a request is given up
const FIRST_WAIT = 500; // ms before the second attempt; doubled each time
const LONGEST_WAIT = 30000;
const ATTEMPTS = 40; // in a row without a single byte getting through

/** Why a file was not taken in; `words` are the server's, for whoever sent it. */
export class UploadRefused extends Error {
  constructor(status, problem) {
    super(problem.title || `HTTP ${status}`);
    this.status = status;
    this.words = (problem.errors || []).map((error) => error.detail);
    if (!this.words.length) this.words = [problem.detail || problem.title || this.message];
  }
}

/** Send a file. `fields`: kind, sensitivity, caption, claimed_at (an instant) or claimed_local, lat, lon.
    onProgress({phase, sent, total}) is called with the phase hashing, sending, waiting or sealed. */
export async function uploadFile({ file, receipt, fields = {}, onProgress = () => {}, signal, csrf }) {
  const told = (phase, sent) => onProgress({ phase, sent, total: file.size });
  const sha256 = await hashOf(file, signal, (sent) => told("hashing", sent));
  const metadata = asMetadata({ ...fields, receipt, sha256, filetype: file.type });
  const line = new Line({ token: csrf ?? tokenOfPage(), signal });
  let piece = 4 * LEAST;
  let url = null;
  let furthest = 0;
  for (;;) {
    try {
      let now = url ? await line.head(url) : await line.begin(file.size, metadata);
      url = now.url;
      while (!now.code) {
        if (now.offset > furthest) line.gotThrough();
        furthest = Math.max(furthest, now.offset);
        told("sending", now.offset);
        const before = now.offset;
        const began = performance.now();
        now = await line.send(url, file.slice(before, before + piece), before);
        if (!now.code && now.offset <= before) throw new Again("nothing came");
        piece = nextPiece(piece, now.offset - before, performance.now() - began);
      }
      if (now.sha256 !== sha256) throw new UploadRefused(0, {});
      told("sealed", file.size);
      return now.code;
    } catch (problem) {
      signal?.throwIfAborted();
      if (!(problem instanceof Again)) throw problem;
      if (problem.anew) url = null;
      if (problem.broke) piece = Math.max(LEAST, piece / 2);
      told("waiting", furthest);
      await line.pause(problem.again);
    }
  }
}

/** Give up a file that is on its way: what came of it is destroyed. */
export async function cancelUpload({ file, receipt, csrf }) {
  const line = new Line({ token: csrf ?? tokenOfPage() });
  const metadata = asMetadata({ receipt, sha256: await hashOf(file), filetype: file.type });
  const { url, code } = await line.begin(file.size, metadata);
  if (!code) await line.ask(url, { method: "DELETE" });
}

/* Bytes that got through in the time we aim at; a line that got worse halves it at once. */
function nextPiece(piece, sent, took) {
  const fitting = (sent * AIM) / Math.max(took, 50);
  return Math.round(Math.min(MOST, Math.max(LEAST, Math.min(fitting, 2 * piece))));
}

async function hashOf(file, signal, told = () => {}) {
  const hash = new Sha256();
  for (let at = 0; at < file.size; at += SLICE) {
    signal?.throwIfAborted();
    hash.update(new Uint8Array(await file.slice(at, at + SLICE).arrayBuffer()));
    told(Math.min(file.size, at + SLICE));
  }
  return hash.hex();
}

function asMetadata(told) {
  const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
  return Object.entries(told)
    .filter(([, value]) => value !== "" && value !== null && value !== undefined)
    .map(([name, value]) => `${name} ${base64(String(value))}`)
    .join(",");
}

/* The token stands in every form of the page. */
function tokenOfPage() {
  return globalThis.document?.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";
}

/* An attempt that may be made again: after `again` ms at least, and from the start if `anew`. */
class Again extends Error {
  constructor(why, { again = 0, anew = false, broke = false } = {}) {
    super(why);
    Object.assign(this, { again, anew, broke });
  }
}

class Line {
  #failed = 0;

  constructor({ token, signal }) {
    this.token = token;
    this.signal = signal;
  }

  gotThrough() { this.#failed = 0; }

  async begin(length, metadata) {
    const headers = { "Upload-Length": String(length), "Upload-Metadata": metadata };
    const answer = await this.ask(HOME, { method: "POST", headers });
    return read(answer, answer.headers.get("Location"));
  }

  async head(url) {
    return read(await this.ask(url, { method: "HEAD" }), url);
  }

  async send(url, body, offset) {
    const headers = { "Upload-Offset": String(offset), "Content-Type": BYTES };
    return read(await this.ask(url, { method: "PATCH", headers, body }), url);
  }

  async ask(url, { method, headers = {}, body }) {
    const stop = new AbortController();
    const clock = setTimeout(() => stop.abort(), SILENCE + (body ? 4 * AIM : 0));
    const abort = () => stop.abort();
    this.signal?.addEventListener("abort", abort);
    let answer;
    try {
      answer = await fetch(url, {
        method, body, signal: stop.signal,
        headers: { ...SPOKEN, "X-CSRFToken": this.token, ...headers },
        credentials: "same-origin", redirect: "error", cache: "no-store", referrerPolicy: "same-origin",
      });
    } catch (problem) {
      throw new Again(String(problem), { broke: true });
    } finally {
      clearTimeout(clock);
      this.signal?.removeEventListener("abort", abort);
    }
    if (answer.ok) return answer;
    throw await refusal(answer, url);
  }

  /** Wait longer each time in a row, and never all at the same time; sooner once the line is back. */
  async pause(least) {
    this.#failed += 1;
    if (this.#failed > ATTEMPTS) throw new UploadRefused(0, {});
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(this.#failed - 1, 10));
    await new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        globalThis.removeEventListener?.("online", done);
        this.signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, Math.max(least, wait * (0.5 + Math.random() / 2)));
      globalThis.addEventListener?.("online", done);
      this.signal?.addEventListener("abort", done);
    });
    this.signal?.throwIfAborted();
  }
}

function read(answer, url) {
  const get = (name) => answer.headers.get(name);
  return {
    url,
    offset: Number(get("Upload-Offset")),
    code: get("Evidence-Code") || "",
    sha256: get("Evidence-SHA256") || "",
  };
}

/* What can be mended by trying again, and what cannot. */
async function refusal(answer, url) {
  const { status } = answer;
  const again = 1000 * Number(answer.headers.get("Retry-After") || 0);
  if (status === 404 && url !== HOME) return new Again("it is gone", { anew: true });
  if ([409, 423, 460].includes(status)) return new Again(`HTTP ${status}`);
  if (status === 408 || (status === 429 && again) || (status >= 500 && status !== 507)) {
    return new Again(`HTTP ${status}`, { again });
  }
  return new UploadRefused(status, await answer.json().catch(() => ({})));
}
