// SPDX-License-Identifier: Apache-2.0
// The record shop as one would write it on a popular stack: one process, Fastify and better-sqlite3,
// on the same tables, with the same queries, answers and durability as the modules'. Placing an order
// is one transaction over all of its tables.
//
//   node server.mjs PORT DATABASE
import Database from 'better-sqlite3';
import Fastify from 'fastify';
import {randomBytes} from 'node:crypto';

const [port, file] = process.argv.slice(2);
const database = new Database(file, {fileMustExist: true});
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
const orderLine = record({track: text, title: text, quantity: whole, unit_price: money});
const order = record({id: text, customer: text, state: text, lines: list(orderLine), total: money, placed_at: text});
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
  key: database.prepare('SELECT order_id FROM order_keys WHERE key = ?'),
  addKey: database.prepare('INSERT INTO order_keys (key, order_id, placed_at) VALUES (?, ?, ?)'),
  reserve: database.prepare('UPDATE stock SET on_hand = on_hand - ? WHERE track_id = ? AND on_hand - reserved >= ?'),
  addOrder: database.prepare(`INSERT INTO orders (id, customer_id, state, total_minor, currency, placed_at, changed_at)
    VALUES (@id, @customer, 'confirmed', @total, @currency, @at, @at)`),
  addLine: database.prepare(`INSERT INTO order_lines (order_id, position, track_id, title, quantity, unit_price_minor)
    VALUES (?, ?, ?, ?, ?, ?)`),
  order: database.prepare('SELECT id, customer_id, state, total_minor, currency, placed_at FROM orders WHERE id = ?'),
  lines: database.prepare(`SELECT track_id, title, quantity, unit_price_minor FROM order_lines WHERE order_id = ?
    ORDER BY position`),
};

const albumOf = row => ({id: row.id, title: row.title, artist: {id: row.artist_id, name: row.artist_name}});
const trackOf = row => ({
  ...row, composer: row.composer ?? undefined, price: {minor_units: row.price_minor, currency: row.currency}});
const orderOf = id => {
  const row = sql.order.get(id);
  if (!row) return undefined;
  const lines = sql.lines.all(id).map(line => ({
    track: line.track_id, title: line.title, quantity: line.quantity,
    unit_price: {minor_units: line.unit_price_minor, currency: row.currency}}));
  return {
    id, customer: row.customer_id, state: row.state, lines,
    total: {minor_units: row.total_minor, currency: row.currency},
    placed_at: new Date(row.placed_at / 1000).toISOString()};
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
  const total = priced.reduce((sum, line) => sum + line.price * line.quantity, 0);
  sql.addOrder.run({id, customer, total, currency: priced[0].currency, at});
  priced.forEach((line, i) => sql.addLine.run(id, i, line.track, line.title, line.quantity, line.price));
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
