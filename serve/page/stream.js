// The stream of frames to the server. It reconnects by itself.

export class Stream {
  // onanswer(answer, milliseconds, blob) gets each answer with its round trip and
  // the frame; onstate(connected, why) tells of the connection.
  constructor({ onanswer, onstate, settings }) {
    Object.assign(this, { onanswer, onstate, settings, pause: 250 });
    this.connect();
  }

  connect() {
    const url = new URL("/v1/stream", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.sent = new Map(); // frame number -> { at, blob }
    this.number = 0;
    socket.onopen = () => {
      this.pause = 250;
      this.onstate(true, "");
      this.send(this.settings());
    };
    socket.onmessage = (e) => this.receive(JSON.parse(e.data));
    socket.onclose = (e) => {
      this.onstate(false, e.reason);
      setTimeout(() => this.connect(), this.pause);
      this.pause = Math.min(4000, this.pause * 2);
    };
  }

  get open() {
    return this.socket.readyState === WebSocket.OPEN;
  }

  // ready reports whether another frame would be answered soon: one may be on its
  // way while another is worked on.
  get ready() {
    return this.open && this.sent.size < 2;
  }

  // frame sends a Blob with a picture.
  async frame(blob) {
    const socket = this.socket;
    const bytes = await blob.arrayBuffer();
    if (socket !== this.socket || !this.open) return;
    socket.send(bytes);
    this.sent.set(++this.number, { at: performance.now(), blob });
  }

  send(settings) {
    if (this.open) this.socket.send(JSON.stringify(settings));
  }

  receive(answer) {
    const of = this.sent.get(answer.frame);
    for (const n of this.sent.keys()) if (n <= answer.frame) this.sent.delete(n);
    this.onanswer(answer, of && performance.now() - of.at, of?.blob);
  }
}
