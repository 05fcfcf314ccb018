// Unpacks the senders of all rules: the form is at the head of src/whatif/reports/packed_senders.hpp.

class Column {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }
  number() {
    let value = 0, factor = 1;
    for (;;) {
      const byte = this.bytes[this.at++];
      value += (byte & 0x7f) * factor;
      if (!(byte & 0x80)) return value;
      factor *= 128;
    }
  }
  take(length) {
    return this.bytes.subarray(this.at, (this.at += length));
  }
  column() {
    return new Column(this.take(this.number()));
  }
  get ended() {
    return this.at >= this.bytes.length;
  }
}

const decoder = new TextDecoder();

function names(column) {
  const out = [];
  let before = new Uint8Array(0);
  while (!column.ended) {
    const shared = column.number();
    const rest = column.take(column.number());
    const whole = new Uint8Array(shared + rest.length);
    whole.set(before.subarray(0, shared));
    whole.set(rest, shared);
    out.push(decoder.decode(whole));
    before = whole;
  }
  return out;
}

function texts(column) {
  const out = [];
  while (!column.ended) out.push(decoder.decode(column.take(column.number())));
  return out;
}

function hosts(column) {
  const out = [];
  for (let left = column.number(); left > 0; left--) {
    const kind = column.number();
    out.push(kind === 0 ? column.take(4).join(".") : decoder.decode(column.take(kind - 1)));
  }
  return out;
}

const day = (number) => new Date(number * 86_400_000).toISOString().slice(0, 10);

// The decompressed bytes as one list of senders for each rule, in the order of their names. `reasons`: the
// names of all reasons, in order.
export function unpackSenders(bytes, ruleCount, reasons) {
  const whole = new Column(bytes);
  const domains = names(whole.column());
  const failures = texts(whole.column());
  const base = whole.column().number();
  const before = new Array(domains.length);
  const all = [];
  for (let rule = 0; rule < ruleCount; rule++) {
    const kinds = whole.column().bytes;
    const [messages, wanted, unwanted, hostCount, reason, failure, first, days] = Array.from({ length: 8 }, () => whole.column());
    const hostColumn = whole.column();
    const senders = [];
    for (let i = 0; i < domains.length; i++) {
      if (kinds[i] === 0) continue;
      if (kinds[i] > 1) {
        const sender = { rank: i, domain: domains[i], messages: messages.number(), wanted: wanted.number(), unwanted: unwanted.number(), host_count: hostCount.number(), reason: reasons[reason.number()] };
        const failureNumber = failure.number();
        if (failureNumber > 0) sender.failure = failures[failureNumber - 1];
        const firstDay = base + first.number();
        sender.first_seen = day(firstDay);
        sender.last_seen = day(firstDay + days.number());
        sender.hosts = kinds[i] === 3 ? hosts(hostColumn) : before[i].hosts;
        before[i] = sender;
      }
      senders.push(before[i]);
    }
    all.push(senders);
  }
  return all;
}

// What stands in the page: base64 of a zlib stream. Null where the browser has no way to decompress.
export async function decompressed(base64) {
  if (typeof DecompressionStream === "undefined") return null;
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
