/* How one file of a filed report goes up. The one place that knows the door it goes through. */

import { uploadFile, UploadRefused } from "../lib/upload.js";

const PATIENCE = 3 * 60_000; // ms for one attempt; what came stays, and the next one goes on there

/** Send a file. Returns {} once the server has sealed it, {refused: why} or {signedOut: true}. */
export async function sendFile({ file, value, token, Later }) {
  const fields = { sensitivity: value.sensitivity || "ordinary" };
  try {
    await uploadFile({ file, receipt: value.receipt, fields, csrf: token, signal: AbortSignal.timeout(PATIENCE) });
    return {};
  } catch (problem) {
    if (!(problem instanceof UploadRefused)) throw new Later(problem.message);
    if (problem.status === 401) return { signedOut: true };
    if ([0, 403, 429].includes(problem.status)) throw new Later(String(problem.status));
    return { refused: problem.words.join(" ") };
  }
}
