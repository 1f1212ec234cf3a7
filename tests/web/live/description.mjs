// SPDX-License-Identifier: Apache-2.0
// A small shop as it describes itself at /_banyan/api/description, and as a process that has run for a
// while: with callers.

const operation = (name, method, path, more = {}) => ({ name, summary: `What ${name} does.`, writes: method !== "GET",
  repeated: "natural", internal: false, precondition: "", postcondition: "", rules: [], method, path, fields: [], answer: [],
  callers: [], ...more });

const module = (name, more) => ({ name, version: "1.0", summary: `What ${name} is for.`, purpose: "", needs: [], follows: [],
  parties: [], tables: [], operations: [], events: [], violations: [], ...more });

/** `placed`: an order was placed, so that orders has asked catalog for tracks. */
export const description = (placed = true) => ({
  name: "shop", title: "Record shop", version: "0.9.0", summary: "Sells records.",
  modules: [
    module("catalog", {
      version: "1.2", tables: ["tracks", "albums"],
      events: [{ name: "track_retitled", version: 2, summary: "A track has another <b>title</b>.", key: "track", fields: ["track", "title"] }],
      operations: [
        operation("list_tracks", "GET", "/tracks", { summary: "Tracks with their prices, a page at a time.", fields: ["cursor"], answer: ["tracks"],
          rules: ["catalog.bad_cursor"], callers: placed ? ["orders", "pages"] : ["pages"] }),
        operation("change_price", "PUT", "/tracks/{id}/price", { fields: ["id", "price"],
          precondition: "the track exists", postcondition: "<script>document.title = 'caught'</script> it costs that much from now on" })],
    }),
    module("payments", { parties: ["payments.provider"], tables: ["payments"], operations: [
      operation("authorise", "POST", "/payments", { internal: true, rules: ["payments.declined"], callers: placed ? ["orders"] : [] })] }),
    module("orders", {
      version: "2.2", needs: ["catalog", "payments"], follows: ["catalog.track_retitled"], tables: ["orders", "order_lines"],
      violations: [{ table: "tracks", reason: "order_lines names tracks until it is decoupled", places: [] },
        { table: "activity", reason: "the shared diary", places: [] }],
      operations: [operation("place_order", "POST", "/orders", { repeated: "by_key", fields: ["customer", "lines", "payment_method"],
        answer: ["id", "total"], precondition: "every track exists", postcondition: "one order exists for the key",
        rules: ["orders.out_of_stock", "orders.payment_declined"] })],
    }),
  ],
  shared_tables: [{ table: "activity", users: ["orders"] }],
});
