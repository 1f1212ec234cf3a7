// Written by `banyan export nginx` from banyan.toml and the stages of control.db at revision 7. A
// shift in Banyan does not reach it: run this again, and reload.
//   banyan export haproxy

// The bucket of a user in a rollout, 0 to 9999, as Banyan finds it: FNV-1a over 64 bits, seeded by
// the name of the rollout, with a stronger finish. A number of 64 bits is [high, low] here, 32 bits
// each, for numbers of JavaScript are exact up to 2^53 only.
const kWord = 4294967296;

// By 0x100000001B3, which is 2^40 + 435.
function times_prime(value) {
    const low = value[1] * 435;
    const high = value[0] * 435 + Math.floor(low / kWord) + value[1] * 256;
    return [high % kWord, low % kWord];
}

// By 0xD6E8FEB86659FD93.
function times_finish(value) {
    const kHigh = 0xD6E8FEB8, kLow = 0x6659FD93;
    const upper = (value[1] >>> 16) * kLow;
    const lower = (value[1] & 0xFFFF) * kLow + (upper % 65536) * 65536;
    const high = Math.floor(lower / kWord) + Math.floor(upper / 65536) +
        (Math.imul(value[0], kLow) >>> 0) + (Math.imul(value[1], kHigh) >>> 0);
    return [high % kWord, lower % kWord];
}

function hash(bytes, value) {
    for (let i = 0; i < bytes.length; i++) {
        value = times_prime([value[0], (value[1] ^ bytes[i]) >>> 0]);
    }
    value = times_finish([value[0], (value[1] ^ value[0]) >>> 0]);
    return [value[0], (value[1] ^ value[0]) >>> 0];
}

function rollout(name, share) {
    return {seed: hash(Buffer.from(name), [0xCBF29CE4, 0x84222325]), share: share};
}

function side(r, of) {
    const value = hash(r.rawVariables.banyan_key, of.seed);
    // 2^32 is 7296 more than a multiple of 10000.
    const bucket = ((value[0] % 10000) * 7296 + value[1]) % 10000;
    return bucket < of.share ? 'remote' : 'local';
}

// The share of the users whose reads the new side answers, in hundredths of a per cent.
const catalog_rollout = rollout('catalog', 2500);

export default {
    catalog: function (r) { return side(r, catalog_rollout); },
};
