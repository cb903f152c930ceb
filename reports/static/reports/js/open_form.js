/* Has a worker earn the right to send while one writes. Nothing is kept in the browser, nothing is
   sent before the button is pressed. Without this file an invite code does the same. */

const form = document.querySelector("[data-open-form]");
const status = form?.querySelector("[data-work-status]");
const bits = Number(form?.dataset.bits);

function say(words) {
  if (status) status.textContent = words;
}

function work() {
  let sendWhenReady = false;
  const worker = new Worker(form.dataset.worker, { type: "module" });
  worker.onmessage = ({ data }) => {
    form.elements.work.value = data;
    say(status.dataset.ready);
    worker.terminate();
    if (sendWhenReady) form.requestSubmit(sendWhenReady);
  };
  worker.onerror = () => { say(status.dataset.failed); };
  worker.postMessage({ nonce: form.dataset.nonce, bits });
  say(status.dataset.working);
  form.addEventListener("submit", (event) => {
    const looksUp = event.submitter?.name === "find";
    if (looksUp || form.elements.work.value || form.elements.invite?.value.trim()) return;
    event.preventDefault();
    sendWhenReady = event.submitter ?? undefined;
    say(status.dataset.working);
  });
}

if (form && bits && "Worker" in window) work();

/* Leaving leaves nothing to go back to. */
document.querySelector("[data-leave]")?.addEventListener("click", (event) => {
  event.preventDefault();
  location.replace(event.currentTarget.href);
});
