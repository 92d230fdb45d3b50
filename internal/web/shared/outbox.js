// silent says that no answer came.
export const silent = "The server does not answer.";

// comesBack says how the page goes on. The certificate that is made at a start, and the
// token, are others after the next.
export const comesBack = "This page goes on by itself when it is back" + (location.protocol === "https:" ? ", or open the link that it printed at its new start." : ".");

// The outbox keeps frames in the browser's database until the server has written
// them to disk, so that neither a reload nor a crash on either side loses one.

const store = "frames";

function open() {
  return new Promise((done, fail) => {
    const r = indexedDB.open("gesturekit", 1);
    r.onupgradeneeded = () => r.result.createObjectStore(store, { keyPath: "key" });
    r.onsuccess = () => done(r.result);
    r.onerror = () => fail(r.error);
  });
}

const finished = (t) => new Promise((done, fail) => {
  t.oncomplete = () => done();
  t.onabort = t.onerror = () => fail(t.error);
});

const answered = (r) => new Promise((done, fail) => {
  r.onsuccess = () => done(r.result);
  r.onerror = () => fail(r.error);
});

// address returns where a frame is on the server.
export function address({ category, person, recording, frame }) {
  return "/v1/captures/frame?" + new URLSearchParams({ category, person, recording, frame });
}

// newRecording names a recording after the time at which it begins.
export function newRecording(now = new Date()) {
  const two = (n) => String(n).padStart(2, "0");
  const tail = Array.from(crypto.getRandomValues(new Uint8Array(4)), (b) => "abcdefghijkmnpqrstuvwxyz23456789"[b % 32]).join("");
  return `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}-${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}-${tail}`;
}

const keyOf = ({ category, person, recording, frame }) => [recording, category, person, String(frame).padStart(5, "0")].join("/");

// The statuses of a server that would take the frame at another time.
const later = new Set([401, 429, 502, 503, 504]);

// anew is after how long refused frames are sent again: what refused them may have
// been another program, or a disk that was full.
const anew = 30000;

// Outbox sends frames in the order in which they were put, and forgets one only when
// the server says that it has it. It calls onsaved(frame) then, onwaiting(count, why)
// when the number of frames that wait changes, where why is set while the server does
// not answer, and onrefused(count, first, why) for those that the server refuses. They
// are kept and do not hold others up, until the user calls rename or discard, which
// calls ondropped(frame) for each.
export class Outbox {
  constructor({ onsaved = () => {}, onrefused = () => {}, onwaiting = () => {}, ondropped = () => {} } = {}) {
    Object.assign(this, { onsaved, onrefused, onwaiting, ondropped, running: false, again: false, refused: new Map(), tried: new Set() });
    this.db = open();
    this.flush();
  }

  // put keeps a frame: category, person, recording, frame (its number) and blob.
  // It returns when the frame is safe in the browser.
  async put(frame) {
    // As bytes, since some browsers lose blobs in their database.
    const { blob, ...rest } = frame;
    const bytes = await blob.arrayBuffer();
    const t = (await this.db).transaction(store, "readwrite", { durability: "strict" });
    t.objectStore(store).put({ key: keyOf(rest), ...rest, bytes });
    await finished(t);
    this.flush();
  }

  // count returns how many frames wait and are not refused.
  async count() {
    return (await answered((await this.db).transaction(store).objectStore(store).count())) - this.refused.size;
  }

  // flush sends what waits. It tries again by itself until all is sent.
  async flush() {
    if (this.running) {
      this.again = true;
      return;
    }
    this.running = true;
    clearTimeout(this.timer);
    try {
      do {
        this.again = false;
        await this.send();
      } while (this.again);
    } catch (e) {
      this.onwaiting(await this.count().catch(() => 0), e.message || String(e));
      this.timer = setTimeout(() => this.flush(), 1500);
    } finally {
      this.running = false;
      this.sending = undefined;
    }
  }

  async send() {
    const db = await this.db;
    const read = () => db.transaction(store).objectStore(store);
    for (;;) {
      const key = (await answered(read().getAllKeys())).find((k) => !this.tried.has(k));
      if (!key) break;
      this.sending = key;
      const found = await answered(read().get(key));
      if (!found) continue; // taken back
      const { bytes, key: _, ...frame } = found;
      let answer;
      try {
        answer = await fetch(address(frame), { method: "PUT", body: bytes, headers: { "Content-Type": "image/jpeg" } });
      } catch {
        this.tried.clear(); // whatever answers next is another one
        throw new Error(silent);
      }
      if (later.has(answer.status)) throw new Error(await problem(answer));
      // The answer names the frame, or it is of another program.
      if (answer.ok && (await answer.json().catch(() => null))?.recording === frame.recording) {
        await this.forget([key]);
        this.refused.delete(key);
        this.onsaved(frame);
      } else {
        this.tried.add(key);
        this.refused.set(key, { frame, why: answer.ok ? "The answer is not of gesturekit." : await problem(answer) });
        clearTimeout(this.anew);
        this.anew = setTimeout(() => { this.tried.clear(); this.flush(); }, anew);
      }
      this.tell();
      this.onwaiting(await this.count(), "");
    }
    this.onwaiting(0, "");
  }

  async forget(keys) {
    const t = (await this.db).transaction(store, "readwrite");
    for (const key of keys) t.objectStore(store).delete(key);
    await finished(t);
  }

  tell() {
    const [first] = this.refused.values();
    this.onrefused(this.refused.size, first?.frame, first?.why);
  }

  // take takes a frame back that is not yet sent, and returns its blob, or null.
  async take(frame) {
    const db = await this.db;
    const key = keyOf(frame);
    if (this.sending === key) return null;
    const t = db.transaction(store, "readwrite");
    const found = await answered(t.objectStore(store).get(key));
    t.objectStore(store).delete(key);
    await finished(t);
    this.refused.delete(key);
    this.tell();
    return found ? new Blob([found.bytes], { type: "image/jpeg" }) : null;
  }

  // rename sends the refused frames under other names, as recordings of their own.
  async rename(category, person) {
    const all = [...this.refused];
    this.refused = new Map();
    const recordings = new Map();
    const t = (await this.db).transaction(store, "readwrite");
    const frames = t.objectStore(store);
    for (const [key, { frame }] of all) {
      const of = JSON.stringify([frame.recording, frame.category, frame.person]);
      if (!recordings.has(of)) recordings.set(of, newRecording());
      const renamed = { ...frame, category, person, recording: recordings.get(of) };
      answered(frames.get(key)).then((old) => {
        if (!old) return; // taken meanwhile
        frames.put({ key: keyOf(renamed), ...renamed, bytes: old.bytes });
        frames.delete(key);
      });
    }
    await finished(t);
    this.dropped(all);
  }

  // discard deletes the refused frames.
  async discard() {
    const all = [...this.refused];
    await this.forget(all.map(([key]) => key));
    this.refused = new Map();
    this.dropped(all);
  }

  dropped(all) {
    for (const [, { frame }] of all) this.ondropped(frame);
    this.tell();
    this.flush();
  }
}

// problem returns what an answer says is wrong.
export async function problem(answer) {
  try {
    return (await answer.json()).error;
  } catch {
    return `The server answered ${answer.status}.`;
  }
}
