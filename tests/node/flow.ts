// The way of tests/api/generated/test_python_client.py, in TypeScript: written against the types
// that openapi-typescript makes of the document. It has to compile; run, it goes the whole way.
import createClient from "openapi-fetch";
import type { paths } from "./generated/api.js";

type Filed = paths["/reports"]["post"]["requestBody"]["content"]["application/json"];

export async function flow(baseUrl: string, token: string, body: Filed): Promise<string> {
  const client = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });
  const filed = await client.POST("/reports", { body });
  if (!filed.data) throw new Error(filed.error.title);
  const path = { receipt: filed.data.receipt };
  const read = await client.GET("/reports/{receipt}", { params: { path } });
  const version = read.response.headers.get("ETag") ?? "";
  const listed = await client.GET("/reports", { params: { query: { limit: 1 } } });
  if (listed.data?.results[0]?.receipt !== filed.data.receipt) throw new Error("not listed");
  const later = { ...body, id: crypto.randomUUID(), supersedes: filed.data.receipt };
  const second = await client.POST("/reports", { body: later });
  if (!second.data) throw new Error(second.error.title);
  const gone = await client.POST("/reports/{receipt}/withdraw", {
    params: {
      path: { receipt: second.data.receipt },
      header: { "If-Match": version, "Idempotency-Key": crypto.randomUUID() },
    },
  });
  if (!gone.data) throw new Error(gone.error.title);
  const findings = await client.GET("/findings", { params: { query: { fields: ["code"] } } });
  return `${gone.data.state} ${findings.data?.count ?? 0}`;
}

const [, , baseUrl, token, body] = process.argv;
if (baseUrl && token && body) {
  flow(baseUrl, token, JSON.parse(body) as Filed).then(console.log, (error: unknown) => {
    console.error(error);
    process.exit(1);
  });
}
