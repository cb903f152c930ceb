/* Better with this file, whole without it: sends each file by itself, shows how far it is, and goes
   on where it stopped when the line comes back (lib/upload.js). */

import { UploadRefused, cancelUpload, uploadFile } from "../../js/lib/upload.js";

const form = document.querySelector("form[data-receipt]");
const place = form?.querySelector("[data-sending]");
const told = form?.querySelector("[data-told]");
const words = place?.dataset;
const { receipt } = form?.dataset ?? {};
const rows = [];
let running = false;

const megabytes = new Intl.NumberFormat(document.documentElement.lang, {
  style: "unit", unit: "megabyte", maximumFractionDigits: 1,
});
const size = (bytes) => megabytes.format(bytes / 1024 / 1024);
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

function element(name, className, text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

/** What is said of the files, as the form stands now; all files sent together get the same. */
function saidOf() {
  const { kind, caption, sensitivity, day, clock } = form.elements;
  return {
    kind: kind.value,
    caption: caption.value.trim(),
    sensitivity: sensitivity.value,
    claimed_local: day.value ? `${day.value}T${clock.value || "12:00"}` : "",
  };
}

class Row {
  constructor(file, fields) {
    Object.assign(this, { file, fields, state: "queued", stop: null });
    this.item = element("li");
    const grow = element("span", "grow");
    const name = element("bdi", "title", file.name);
    this.bar = element("progress");
    this.bar.max = Math.max(1, file.size);
    this.bar.value = 0;
    this.bar.setAttribute("aria-label", file.name);
    this.text = element("span", "muted");
    grow.append(name, document.createElement("br"), this.bar, this.text);
    this.button = element("button", "quiet");
    this.button.type = "button";
    this.button.addEventListener("click", () => (this.waits() ? this.cancel() : this.again()));
    this.item.append(grow, this.button);
    this.show("queued", words.queued);
  }

  waits() { return ["queued", "sending"].includes(this.state); }

  show(state, text, announce = false) {
    this.state = state;
    this.text.textContent = text;
    if (announce) told.textContent = `${this.file.name}: ${text}`;
    this.button.hidden = ["sealed", "cancelled"].includes(state);
    this.button.textContent = this.waits() ? words.cancel : words.again;
    this.button.setAttribute("aria-label", `${this.button.textContent}: ${this.file.name}`);
  }

  async send() {
    if (this.file.size > Number(form.dataset.most)) {
      this.show("refused", words.tooLarge, true);
      return;
    }
    this.stop = new AbortController();
    let phase = "";
    const onProgress = (now) => {
      if (now.phase !== "hashing") this.bar.value = now.sent;
      const text = { hashing: words.hashing, waiting: words.waiting }[now.phase] ?? words.sendingWords;
      const values = { sent: size(now.sent), total: size(now.total) };
      this.show("sending", filled(text, values), now.phase !== phase && now.phase === "waiting");
      phase = now.phase;
    };
    try {
      const { signal } = this.stop;
      const code = await uploadFile({ file: this.file, receipt, fields: this.fields, onProgress, signal });
      this.bar.value = this.bar.max;
      this.show("sealed", filled(words.sealed, { code }), true);
    } catch (problem) {
      if (this.stop.signal.aborted) return;
      const refused = problem instanceof UploadRefused && problem.status > 0;
      const why = refused ? filled(words.refused, { why: problem.words.join(" ") }) : words.failed;
      this.show("refused", why, true);
    }
  }

  async cancel() {
    const began = this.state === "sending";
    this.show("cancelled", words.cancelled, true);
    this.bar.value = 0;
    this.stop?.abort();
    if (began) await cancelUpload({ file: this.file, receipt }).catch(() => {});
  }

  again() {
    this.show("queued", words.queued);
    work();
  }
}

/** Send what waits, one after the other: a bad line carries one file better than three. */
async function work() {
  if (running) return;
  running = true;
  for (let row; (row = rows.find(({ state }) => state === "queued")); ) {
    row.state = "sending";
    await row.send();
  }
  running = false;
  const left = rows.filter(({ state }) => state !== "cancelled");
  if (left.length && left.every(({ state }) => state === "sealed")) {
    told.textContent = words.done;
    location.replace(location.href);
  }
}

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  const boxes = [...form.querySelectorAll("input[type=file]")];
  const files = boxes.flatMap((box) => [...box.files]);
  if (!files.length) {
    told.textContent = words.nothing;
    boxes[0].focus();
    return;
  }
  const fields = saidOf();
  for (const file of files) {
    const row = new Row(file, fields);
    rows.push(row);
    place.querySelector("[data-files]").append(row.item);
  }
  for (const box of boxes) box.value = "";
  place.hidden = false;
  work();
});
addEventListener("beforeunload", (event) => { if (running) event.preventDefault(); });
