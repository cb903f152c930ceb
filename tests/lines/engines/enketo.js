// Enketo with what our server hands out; whoever uses it reads the lists and posts, as here.
import { Form } from "enketo-core";
import fileManager from "enketo/file-manager";
import { transform } from "enketo-transformer/web";

const base = new URLSearchParams(location.search).get("base");
const got = async (tail) => (await fetch(`${base}/forms/cvr_violation${tail}`)).text();

function listed(table) {
  const list = document.implementation.createDocument("", "root");
  const [names, ...rows] = table.trim().split(/\r?\n/).map((line) => line.split(","));
  for (const row of rows) {
    const item = list.documentElement.appendChild(list.createElement("item"));
    names.forEach((name, at) => {
      item.appendChild(list.createElement(name)).textContent = row[at];
    });
  }
  return list;
}

const made = await transform({ xform: await got(".xml"), markdown: false });
document.body.append(document.createRange().createContextualFragment(made.form));
const external = [];
for (const id of ["places", "parties"]) {
  external.push({ id, xml: listed(await got(`/attachments/${id}.csv`)) });
}
const form = new Form(document.querySelector("form.or"), { modelStr: made.model, external }, {});
window.faults = form.init();

document.querySelector("#send").onclick = async () => {
  if (!(await form.validate())) {
    window.answers = [[0, document.querySelector(".invalid-required, .invalid-constraint")?.textContent]];
    return;
  }
  const body = new FormData();
  const filled = new Blob([form.getDataStr()], { type: "text/xml" });
  body.append("xml_submission_file", filled, "xml_submission_file");
  for (const file of fileManager.getCurrentFiles()) body.append(file.name, file, file.name);
  const answer = await fetch(`${base}/submission?deviceID=enketo`, { method: "POST", body });
  window.answers = [[answer.status, await answer.text()]];
};
