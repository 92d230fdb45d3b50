// silent says that no answer came.
export const silent = "The server does not answer.";

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

// Outbox sends frames in the order in which they were put. It calls onsaved(frame)
// when one is on disk, onrefused(frame, why) when the server will never take it,
// and onwaiting(count, why) when the number of frames that wait changes; why is
// set while the server does not answer.
export class Outbox {
  constructor({ onsaved = () => {}, onrefused = () => {}, onwaiting = () => {} } = {}) {
    Object.assign(this, { onsaved, onrefused, onwaiting, running: false, again: false });
    this.db = open();
    this.flush();
  }

  // put keeps a frame: category, person, recording, frame (its number) and blob.
  // It returns when the frame is safe in the browser.
  async put(frame) {
    // As bytes, since some browsers lose blobs in their database.
    const { blob, ...rest } = frame;
    const bytes = await blob.arrayBuffer();
    const key = [rest.recording, rest.category, rest.person, String(rest.frame).padStart(5, "0")].join("/");
    const t = (await this.db).transaction(store, "readwrite", { durability: "relaxed" });
    t.objectStore(store).put({ key, ...rest, bytes });
    await finished(t);
    this.flush();
  }

  async count() {
    return answered((await this.db).transaction(store).objectStore(store).count());
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
    }
  }

  async send() {
    const db = await this.db;
    for (;;) {
      const cursor = await answered(db.transaction(store).objectStore(store).openCursor());
      if (!cursor) break;
      const { key, bytes, ...frame } = cursor.value;
      let answer;
      try {
        answer = await fetch(address(frame), { method: "PUT", body: bytes, headers: { "Content-Type": "image/jpeg" } });
      } catch {
        throw new Error(silent);
      }
      if (answer.status === 401 || answer.status === 429 || answer.status >= 500) throw new Error((await problem(answer)));
      const refused = answer.ok ? "" : await problem(answer);
      const t = db.transaction(store, "readwrite");
      t.objectStore(store).delete(key);
      await finished(t);
      if (refused) this.onrefused(frame, refused);
      else this.onsaved(frame);
      this.onwaiting(await this.count(), "");
    }
    this.onwaiting(0, "");
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
