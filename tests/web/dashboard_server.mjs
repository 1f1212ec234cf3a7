// SPDX-License-Identifier: Apache-2.0
// Serves the dashboard's files as a process does, and a live document that a test plants.
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

const types = { html: "text/html", js: "text/javascript", css: "text/css", svg: "image/svg+xml" };

/** The context map that a unit test has found good. */
const picture = new URL("../unit/serving/map/golden/context-map.svg", import.meta.url);

/** The policy of the pages, as the header of their library says it. */
export function policyOf(folder) {
  const header = readFileSync(join(folder, "../include/banyan/dashboard/dashboard.hpp"), "utf8");
  return [...header.split("kContentSecurityPolicy =")[1].split(";\n")[0].matchAll(/"([^"]*)"/g)]
    .map((part) => part[1]).join("");
}

const feeds = ["live", "status", "plans", "sagas", "events", "work", "placements", "differences"];

/**
 * `live(asked)` is the document that is answered the asked-th time; `token` is wanted if not "".
 * `api(method, path, body)` answers everything else below the API: a document, or [status, document].
 * Unless without `streams` there is a stream of server-sent events, too; `cut()` ends those that are open, and
 * `hold(true)` refuses new ones and everything else, as a process that is away.
 */
export async function serveDashboard(folder, policy, live, token = "", api = () => undefined, { streams = true, port = 0 } = {}) {
  const state = { asked: 0, tokens: [], streams: new Set(), begun: 0 };
  const event = (name, document) => `event: ${name}\ndata: ${JSON.stringify(document)}\n\n`;
  const push = (response) => {
    let text = event("live", live(state.asked++));
    for (const name of feeds.slice(1)) {
      const said = api("GET", `/${name}`);
      if (said !== undefined && !Array.isArray(said)) text += event(name, said);
    }
    response.write(text);
  };
  const pushing = setInterval(() => state.streams.forEach(push), 1000);
  const server = createServer(async (request, response) => {
    response.setHeader("Content-Security-Policy", policy);
    response.setHeader("X-Content-Type-Options", "nosniff");
    const path = new URL(request.url, "http://any").pathname;
    if (state.held && path.startsWith("/_banyan/api/")) return response.destroy();
    if (["/_banyan/api/live", "/_banyan/api/stream"].includes(path)) state.tokens.push(request.headers.authorization ?? "");
    if (streams && path === "/_banyan/api/stream" && (!token || request.headers.authorization === `Bearer ${token}`)) {
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      response.write(event("hello", { feeds }));
      push(response);
      ++state.begun;
      state.streams.add(response);
      return response.on("close", () => state.streams.delete(response));
    }
    if (path === "/_banyan/api/live" || (token && path === "/_banyan/api/stream")) {
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
    const pages = { "/_banyan/": "index.html", "/_banyan/catalogue": "catalogue.html", "/_banyan/sagas": "sagas.html", "/_banyan/traces": "traces.html" };
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
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  state.origin = `http://127.0.0.1:${server.address().port}`;
  state.cut = () => state.streams.forEach((each) => each.destroy());
  state.hold = (held) => { state.held = held; if (held) state.cut(); };
  state.close = () => { clearInterval(pushing); server.closeAllConnections?.(); server.close(); };
  return state;
}
