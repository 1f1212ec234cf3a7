// SPDX-License-Identifier: Apache-2.0
// Serves the dashboard's files as a process does, and a live document that a test plants.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

const types = { html: "text/html", js: "text/javascript", css: "text/css", svg: "image/svg+xml" };

/** The context map that a unit test has found good. */
const picture = new URL("../unit/serving/map/golden/context-map.svg", import.meta.url);

/**
 * `live(asked)` is the document that is answered the asked-th time; `token` is wanted if not "".
 * `api(method, path, body)` answers everything else below the API: a document, or [status, document].
 */
export async function serveDashboard(folder, policy, live, token = "", api = () => undefined) {
  const state = { asked: 0, tokens: [] };
  const server = createServer(async (request, response) => {
    response.setHeader("Content-Security-Policy", policy);
    response.setHeader("X-Content-Type-Options", "nosniff");
    const path = new URL(request.url, "http://any").pathname;
    if (path === "/_banyan/api/live") {
      state.tokens.push(request.headers.authorization ?? "");
      if (token && request.headers.authorization !== `Bearer ${token}`) {
        response.writeHead(401, { "Content-Type": "application/problem+json" });
        return response.end('{"status":401,"detail":"say who you are"}');
      }
      response.writeHead(200, { "Content-Type": "application/json" });
      return response.end(JSON.stringify(live(state.asked++)));
    }
    if (path === "/_banyan/api/map") {
      response.writeHead(200, { "Content-Type": "application/json" });
      return response.end(JSON.stringify({ svg: (await readFile(picture, "utf8")).replace(/<style>[^]*<\/style>/, "") }));
    }
    if (path.startsWith("/_banyan/api/")) {
      let body = "";
      for await (const piece of request) body += piece;
      const said = api(request.method, path.slice("/_banyan/api".length), body && JSON.parse(body));
      const [status, document] = Array.isArray(said) ? said : [said === undefined ? 404 : 200, said ?? {}];
      response.writeHead(status, { "Content-Type": "application/json" });
      return response.end(JSON.stringify(document));
    }
    const pages = { "/_banyan/": "index.html", "/_banyan/sagas": "sagas.html" };
    const name = pages[path] ?? path.replace("/_banyan/", "");
    try {
      const text = await readFile(join(folder, name));
      response.writeHead(200, { "Content-Type": types[name.split(".").pop()] });
      response.end(text);
    } catch {
      response.writeHead(404);
      response.end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  state.origin = `http://127.0.0.1:${server.address().port}`;
  state.close = () => { server.closeAllConnections?.(); server.close(); };
  return state;
}
