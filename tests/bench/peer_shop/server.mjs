// SPDX-License-Identifier: Apache-2.0
// The record shop as one would write it on a popular stack: one process, Fastify and better-sqlite3,
// on the same tables, with the same answers and durability as the modules'. It joins where they ask
// each other or keep a copy, and placing an order is one transaction over all of its tables: stock,
// payment and consignment with it, which the modules do in a saga. Nobody is asked for the money.
//
//   node server.mjs PORT DATABASE
//
// With BANYAN_BENCH_STATEMENTS=FILE it writes down there what it runs, as statement_recorder.cpp does.
import Database from 'better-sqlite3';
import Fastify from 'fastify';
import {randomBytes} from 'node:crypto';
import {openSync, writeSync} from 'node:fs';

const [port, file] = process.argv.slice(2);
const recording = process.env.BANYAN_BENCH_STATEMENTS && openSync(process.env.BANYAN_BENCH_STATEMENTS, 'a');
let isWritten = false;  // it is not of those that a transaction begins and ends with
const writeDown = (prepared, ran) => writeSync(recording, `1\0${prepared}\0${ran}\0`);
const writeOther = ran => isWritten || writeDown(ran, ran);
const database = new Database(file, {fileMustExist: true, verbose: recording ? writeOther : null});
database.pragma('journal_mode = WAL');
database.pragma('synchronous = FULL');  // what is acknowledged is on the disk
database.pragma('foreign_keys = ON');

// Serializers compiled from schemas are what makes Fastify fast.
const text = {type: 'string'};
const whole = {type: 'integer'};
const record = properties => ({type: 'object', properties});
const list = items => ({type: 'array', items});
const money = record({minor_units: whole, currency: text});
const artist = record({id: text, name: text});
const track = record({id: text, album: text, title: text, artist: text, composer: text, duration_ms: whole, price: money});
const album = record({id: text, title: text, artist, tracks: list(track)});
const hit = record({album: record({id: text, title: text, artist}), track});
const orderLine = record({track: text, title: text, quantity: whole, unit_price: money});
const name = record({id: text, name: text, state: text});
const order = record({
  id: text, customer: text, state: text, lines: list(orderLine), net: money, tax_rate: whole, tax: money,
  total: money, payment_method: text, placed_at: text, fulfilment: text,
  names: record({customer: name, tracks: list(name), more_tracks: whole}), names_complete_until: text});
const page = (name, items) => record({[name]: list(items), next_cursor: text});
const answers = schema => ({schema: {response: {'2xx': schema}}});

const albumColumns = `SELECT albums.id, albums.title, artists.id AS artist_id, artists.name AS artist_name
  FROM albums JOIN artists ON artists.id = albums.artist_id`;
const trackColumns = `SELECT tracks.id, albums.id AS album, tracks.title, artists.name AS artist, tracks.composer,
  tracks.duration_ms, tracks.price_minor, tracks.currency FROM tracks
  JOIN albums ON albums.id = tracks.album_id JOIN artists ON artists.id = albums.artist_id`;
const sql = {
  albums: database.prepare(`${albumColumns} WHERE albums.id > ? ORDER BY albums.id LIMIT ?`),
  album: database.prepare(`${albumColumns} WHERE albums.id = ?`),
  tracksOn: database.prepare(`${trackColumns} WHERE tracks.album_id = ? ORDER BY tracks.position, tracks.id`),
  track: database.prepare(`${trackColumns} WHERE tracks.id = ?`),
  // By the index alone first, as the catalogue does it.
  search: database.prepare(`SELECT albums.id AS album, albums.title AS album_title, artists.id AS artist_id,
    artists.name AS artist_name, tracks.id, tracks.title, artists.name AS artist, tracks.composer,
    tracks.duration_ms, tracks.price_minor, tracks.currency FROM
    (SELECT rowid AS place, bm25(catalog_search, 0, 0, 10, 4, 2) AS score FROM catalog_search
      WHERE catalog_search MATCH ? ORDER BY score, place LIMIT ?) AS best
    CROSS JOIN catalog_search ON catalog_search.rowid = best.place
    JOIN albums ON albums.id = catalog_search.album_id JOIN artists ON artists.id = albums.artist_id
    LEFT JOIN tracks ON tracks.id = catalog_search.id ORDER BY best.score, best.place`),
  buyer: database.prepare("SELECT country FROM customers WHERE id = ? AND state = 'open' AND credit = 'good'"),
  key: database.prepare('SELECT order_id FROM order_keys WHERE key = ?'),
  addKey: database.prepare('INSERT INTO order_keys (key, order_id, placed_at) VALUES (?, ?, ?)'),
  reserve: database.prepare('UPDATE stock SET on_hand = on_hand - ? WHERE track_id = ? AND on_hand - reserved >= ?'),
  addReservation: database.prepare(`INSERT INTO reservations (order_id, state, created_at, changed_at)
    VALUES (?, 'confirmed', ?, ?)`),
  addReservationLine: database.prepare(`INSERT INTO reservation_lines (order_id, position, track_id, quantity)
    VALUES (?, ?, ?, ?)`),
  addActivity: database.prepare(`INSERT INTO activity (module, subject, what, item, quantity, at)
    VALUES (?, ?, ?, ?, ?, ?)`),
  addPayment: database.prepare(`INSERT INTO payments (order_id, state, asked, customer_id, amount, currency,
    method, created_at, changed_at) VALUES (@id, 'captured', 'nothing', @customer, @total, @currency, 'card', @at, @at)`),
  addConsignment: database.prepare(`INSERT INTO consignments (order_id, customer_id, state, asked, cancelling,
    return_asked, paid_at, changed_at, is_open, leased_to, clock_of, waits_until, refusals, has_news)
    VALUES (@id, @customer, 'ordered', 0, 0, 0, @at, @at, 1, '', '', 0, 0, 0)`),
  addOrder: database.prepare(`INSERT INTO orders (id, customer_id, state, stage, total_minor, tax_minor, tax_rate,
    currency, payment_method, placed_at, changed_at)
    VALUES (@id, @customer, 'confirmed', 'paid', @total, @tax, @taxRate, @currency, 'card', @at, @at)`),
  addLine: database.prepare(`INSERT INTO order_lines (order_id, position, track_id, title, quantity, unit_price_minor)
    VALUES (?, ?, ?, ?, ?, ?)`),
  order: database.prepare(`SELECT orders.id, customer_id, orders.state, total_minor, tax_minor, tax_rate, currency,
    payment_method, placed_at, customers.name FROM orders LEFT JOIN customers ON customers.id = customer_id
    WHERE orders.id = ?`),
  lines: database.prepare(`SELECT track_id, order_lines.title, quantity, unit_price_minor, tracks.title AS name
    FROM order_lines LEFT JOIN tracks ON tracks.id = track_id WHERE order_id = ? ORDER BY order_lines.position`),
};

if (recording) {
  // SQLite could say it with the values, and shortens them in this build. A number of JavaScript is bound as a real.
  const literal = value => value === null || value === undefined ? 'NULL'
    : typeof value === 'number' ? (Number.isInteger(value) ? `${value}.0` : `${value}`)
    : `'${value.replaceAll("'", "''")}'`;
  const withValues = (source, values) => {
    let next = 0;
    return source.replace(/'[^']*'|\?|@(\w+)/g, (found, name) =>
      found.startsWith("'") ? found : literal(name ? values[0][name] : values[next++]));
  };
  for (const statement of Object.values(sql)) {
    for (const way of ['get', 'all', 'run']) {
      const run = statement[way].bind(statement);
      statement[way] = (...values) => {
        writeDown(statement.source, withValues(statement.source, values));
        isWritten = true;
        try {
          return run(...values);
        } finally {
          isWritten = false;
        }
      };
    }
  }
}

const albumOf = row => ({id: row.id, title: row.title, artist: {id: row.artist_id, name: row.artist_name}});
const trackOf = row => ({
  ...row, composer: row.composer ?? undefined, price: {minor_units: row.price_minor, currency: row.currency}});
const orderOf = id => {
  const row = sql.order.get(id);
  if (!row) return undefined;
  const lines = sql.lines.all(id);
  const money = minor_units => ({minor_units, currency: row.currency});
  const named = (id, name) => ({id, name, state: name ? 'known' : 'unknown'});
  return {
    id, customer: row.customer_id, state: row.state,
    lines: lines.map(line => ({
      track: line.track_id, title: line.title, quantity: line.quantity, unit_price: money(line.unit_price_minor)})),
    net: money(row.total_minor - row.tax_minor), tax_rate: row.tax_rate, tax: money(row.tax_minor),
    total: money(row.total_minor), payment_method: row.payment_method,
    placed_at: new Date(row.placed_at / 1000).toISOString(), fulfilment: 'done',
    names: {
      customer: named(row.customer_id, row.name), tracks: lines.map(line => named(line.track_id, line.name)),
      more_tracks: 0},
    names_complete_until: new Date().toISOString()};
};

// Prefix and UUIDv7, as all ids of the shop.
function newOrderId() {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  return `ord_${bytes.toString('hex')}`;
}

class Refused extends Error {
  constructor(status, rule) {
    super(rule);
    this.statusCode = status;
  }
}

const placeOrder = database.transaction((key, {customer, lines}) => {
  const known = sql.key.get(key);
  if (known) return known.order_id;
  const id = newOrderId();
  const at = Date.now() * 1000;
  const priced = lines.map(line => {
    const found = sql.track.get(line.track);
    if (!found) throw new Refused(404, 'orders.unknown_track');
    return {...line, title: found.title, price: found.price_minor, currency: found.currency};
  });
  for (const line of priced) {
    if (sql.reserve.run(line.quantity, line.track, line.quantity).changes === 0) {
      throw new Refused(409, 'orders.out_of_stock');
    }
  }
  const buyer = sql.buyer.get(customer);
  if (!buyer) throw new Refused(409, 'orders.no_such_buyer');
  const net = priced.reduce((sum, line) => sum + line.price * line.quantity, 0);
  const taxRate = buyer.country === 'DE' ? 1900 : 0;
  const tax = Math.round(net * taxRate / 10_000);
  const placed = {id, customer, total: net + tax, tax, taxRate, currency: priced[0].currency, at};
  sql.addOrder.run(placed);
  sql.addReservation.run(id, at, at);
  priced.forEach((line, i) => {
    sql.addLine.run(id, i, line.track, line.title, line.quantity, line.price);
    sql.addReservationLine.run(id, i, line.track, line.quantity);
    for (const what of ['reserved', 'confirmed']) sql.addActivity.run('warehouse', id, what, line.track, line.quantity, at);
  });
  sql.addPayment.run(placed);
  sql.addConsignment.run(placed);
  for (const what of ['placed', 'reserved', 'confirmed']) sql.addActivity.run('orders', id, what, '', 0, at);
  sql.addKey.run(key, id, at);
  return id;
});

const shop = Fastify({logger: false});
shop.get('/albums', answers(page('albums', album)), request => {
  const limit = Number(request.query.limit ?? 50);
  const rows = sql.albums.all(request.query.cursor ?? '', limit + 1);
  const more = rows.length > limit;
  return {albums: rows.slice(0, limit).map(albumOf), next_cursor: more ? rows[limit - 1].id : undefined};
});
shop.get('/albums/:id', answers(album), request => {
  const row = sql.album.get(request.params.id);
  if (!row) throw new Refused(404, 'catalog.unknown_album');
  return {...albumOf(row), tracks: sql.tracksOn.all(row.id).map(trackOf)};
});
shop.get('/search', answers(record({hits: list(hit)})), request => {
  const words = String(request.query.text ?? '').split(/\s+/).filter(Boolean).map(word => `"${word.replaceAll('"', '')}"`);
  const rows = words.length ? sql.search.all(`${words.join(' ')}*`, Number(request.query.limit ?? 20)) : [];
  return {hits: rows.map(row => ({
    album: {id: row.album, title: row.album_title, artist: {id: row.artist_id, name: row.artist_name}},
    track: row.id === null ? undefined : trackOf(row)}))};
});
shop.post('/orders', {
  schema: {
    body: {
      ...record({customer: text, lines: list({...record({track: text, quantity: {...whole, minimum: 1}}),
        required: ['track', 'quantity']})}),
      required: ['customer', 'lines']},
    response: {'2xx': order}}
}, (request, reply) => {
  const id = placeOrder.immediate(request.headers['idempotency-key'], request.body);
  reply.code(201).header('location', `/orders/${id}`);
  return orderOf(id);
});
shop.get('/orders/:id', answers(order), request => {
  const found = orderOf(request.params.id);
  if (!found) throw new Refused(404, 'orders.unknown_order');
  return found;
});

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => shop.close().then(() => process.exit(0)));
await shop.listen({host: '127.0.0.1', port: Number(port)});
