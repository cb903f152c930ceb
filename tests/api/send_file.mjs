// Runs the page's own sender (upload.js, which stands beside this file when it runs) as a machine:
// node send_file.mjs ADDRESS TOKEN RECEIPT FILE [CAPTION]. Prints the phases and the evidence code.
import { openAsBlob } from "node:fs";

const [address, token, receipt, path, caption = ""] = process.argv.slice(2);
const line = globalThis.fetch;
globalThis.fetch = (url, options) =>
  line(new URL(url, address), {
    ...options,
    headers: { ...options.headers, Authorization: `Bearer ${token}` },
  });
const { uploadFile } = await import("./upload.mjs");
const file = await openAsBlob(path);
const phases = [];
const onProgress = ({ phase }) => { if (phases.at(-1) !== phase) phases.push(phase); };
try {
  const code = await uploadFile({ file, receipt, fields: { caption }, onProgress });
  console.log(JSON.stringify({ code, phases }));
} catch (problem) {
  console.log(JSON.stringify({ status: problem.status, words: problem.words, said: String(problem) }));
}
