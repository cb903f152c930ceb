// A receiver of messages about the record: it verifies, remembers ids, answers at once, reads later.
// npm install standardwebhooks@1; WEBHOOK_SECRET=whsec_… PORT=8443 node webhook-receiver.mjs
import { createServer } from "node:http";
import { createRequire } from "node:module";

// Packages are looked for beside the folder it is started in.
const { Webhook } = createRequire(`${process.cwd()}/`)("standardwebhooks");

const webhook = new Webhook(process.env.WEBHOOK_SECRET);
const seen = new Set(); // keep it in a database: the same message may come twice, also on purpose
const MOST = 64 * 1024;

const server = createServer((request, response) => {
  const chunks = [];
  let size = 0;
  request.on("data", (chunk) => {
    size += chunk.length;
    if (size <= MOST) chunks.push(chunk);
  });
  request.on("end", () => {
    const answer = (status) => response.writeHead(status).end();
    if (request.method !== "POST" || size > MOST) return answer(400);
    let message;
    try {
      // Over the bytes as they came; altered ones and those older than five minutes are refused.
      message = webhook.verify(Buffer.concat(chunks).toString(), request.headers);
    } catch {
      return answer(401);
    }
    answer(204); // within ten seconds: what takes longer comes after the answer
    const id = request.headers["webhook-id"];
    if (seen.has(id)) return console.log(`again ${id}`);
    seen.add(id);
    console.log(`${message.type} ${message.data.id} ${message.data.url}`);
  });
});
server.listen(Number(process.env.PORT ?? 8443), "127.0.0.1", () => {
  console.log(`listening ${server.address().port}`);
});
