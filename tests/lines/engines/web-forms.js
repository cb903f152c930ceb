// ODK Web Forms with what our server hands out; what it makes is posted as it made it.
import { createApp, h } from "vue";
import { OdkWebForm, webFormsPlugin } from "./node_modules/@getodk/web-forms/dist/index.js";

const base = new URLSearchParams(location.search).get("base");
const asked = {
  formXml: await (await fetch(`${base}/forms/cvr_violation.xml`)).text(),
  fetchFormAttachment: (url) => fetch(`${base}/forms/cvr_violation/attachments/${url.pathname.split("/").pop()}`),
  submissionMaxSize: 10_000_000,
  async onSubmitChunked(made) {
    const { data } = await made;
    const answers = [];
    for (const body of data) {
      const answer = await fetch(`${base}/submission?deviceID=web-forms`, { method: "POST", body });
      answers.push([answer.status, await answer.text()]);
    }
    window.answers = answers;
  },
};
createApp({ render: () => h(OdkWebForm, asked) }).use(webFormsPlugin).mount("#app");
