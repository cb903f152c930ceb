/* The review desk, bettered: what is cited is listed beside the reasons, the draft is saved as one
   types, and print unfolds all. Without this file the desk does the same work: ticks are sent with
   the ballot, "Save draft" saves, and "Print the file" opens a page with everything unfolded. */

const cited = document.querySelector("[data-cited]");
const ticks = [...document.querySelectorAll("[data-cite]")];

function listCited() {
  const links = ticks.filter((tick) => tick.checked).map((tick) => {
    const link = document.createElement("a");
    link.href = `#${tick.dataset.cite}`;
    link.textContent = tick.dataset.cite;
    return link;
  });
  cited.replaceChildren(...links.flatMap((link, at) => (at ? [", ", link] : [link])));
  if (!links.length) cited.textContent = cited.dataset.none;
}

if (cited) {
  listCited();
  ticks.forEach((tick) => tick.addEventListener("change", listCited));
}

/* -- the draft: sent a moment after the last change, never over a version this page has not seen -- */
const WAIT = 1500; // ms after the last change
const AGAIN = 10_000; // ms until a save that found no site is tried again
const form = document.querySelector("[data-draft]");

function keepDraft() {
  const { kept, lost, conflict, refused } = form.dataset;
  const state = form.querySelector("[data-draft-state]");
  const alarm = form.querySelector("[data-draft-alarm]");
  const sentBack = document.querySelector("[data-summary]") !== null; // with what the site does not hold
  let changed = sentBack ? 1 : 0; // how many changes there were
  let saved = 0; // how many of them the site has
  let timer = 0;
  let busy = false;
  let stopped = document.getElementById("merge") !== null; // two versions wait for a person

  function tell(words) {
    alarm.textContent = words;
    alarm.hidden = !words;
  }

  function later(wait) {
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  }

  function answered(status, body, sent) {
    if (status === 200) {
      form.elements.draft_version.value = body.version;
      saved = sent;
      state.textContent = kept;
      tell("");
      if (changed > saved) later(WAIT);
    } else {
      stopped = true;
      tell(body.conflict ? conflict : refused);
    }
  }

  async function save() {
    if (busy || stopped || changed === saved) return;
    busy = true;
    const sent = changed;
    const body = new FormData(form);
    body.set("do", "save");
    try {
      const answer = await fetch(location.pathname, {
        method: "POST", body, credentials: "same-origin", redirect: "error", keepalive: document.hidden, headers: { Accept: "application/json" },
      });
      const json = (answer.headers.get("Content-Type") || "").includes("json");
      answered(answer.status, json ? await answer.json() : {}, sent);
    } catch {
      tell(lost);
      later(AGAIN);
    } finally { busy = false; }
  }

  function note(event) {
    if (event.target.form !== form || event.target.type === "hidden") return;
    changed += 1;
    later(WAIT);
  }

  if (sentBack) later(WAIT);
  document.addEventListener("input", note);
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });
  addEventListener("online", save);
  form.addEventListener("submit", () => { stopped = true; clearTimeout(timer); saved = changed; });
  addEventListener("beforeunload", (event) => { if (changed > saved) event.preventDefault(); });
}

if (form) keepDraft();

/* What is folded in print would be missing from the paper. */
addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("main details:not([open])")) {
    part.open = true;
    part.dataset.unfolded = "";
  }
});
addEventListener("afterprint", () => {
  for (const part of document.querySelectorAll("details[data-unfolded]")) {
    part.open = false;
    delete part.dataset.unfolded;
  }
});
