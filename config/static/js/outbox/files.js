/* How one file of a filed report goes up. The one place that knows the door it goes through. */

/** Send a file. Returns {} once the server has it whole, {refused: why} or {signedOut: true}. */
export async function sendFile({ file, value, token, ask, Later }) {
  const body = new FormData();
  body.append("upload", file, "file"); // names of files are not told
  body.append("sensitivity", value.sensitivity || "ordinary");
  const answer = await ask(value.filesUrl, {
    method: "POST", body, headers: { "X-CSRFToken": token }, signal: AbortSignal.timeout(20 * 60_000),
  });
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return {};
  if (answer.status === 401) return { signedOut: true };
  if (answer.status === 422) return { refused: Object.values(said.errors || {}).flat().join(" ") };
  if (answer.status === 429 || answer.status >= 500 || said.code === "stale-form") throw new Later(String(answer.status));
  return { refused: said.title || "" };
}
