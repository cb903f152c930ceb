/* Better with this file, whole without it: puts down where the phone stands. Drafts, checks and
   the queue: js/outbox/form.js. */

import "../../js/outbox/form.js";

const form = document.querySelector("form.filing");
const box = form?.querySelector("[data-position]");

function offerPosition() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = box.dataset.use;
  const status = document.createElement("p");
  status.className = "hint";
  status.setAttribute("role", "status");
  button.addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        form.elements.lat.value = coords.latitude.toFixed(5);
        form.elements.lon.value = coords.longitude.toFixed(5);
        const accuracy = form.elements.accuracy_m;
        if (accuracy && !accuracy.value) accuracy.value = String(Math.max(1, Math.ceil(coords.accuracy)));
        status.textContent = "";
        form.dispatchEvent(new Event("input"));
      },
      () => { status.textContent = box.dataset.failed; },
      { enableHighAccuracy: true, timeout: 20000, maximumAge: 60000 },
    );
  });
  box.after(button, status);
}

if (box && "geolocation" in navigator) offerPosition();
