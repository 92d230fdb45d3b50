// The camera: opens it, says in words why it cannot, and notices when it goes.

const reasons = {
  NotAllowedError: ["The camera is not allowed", "Allow this page to use it, with the camera sign in the browser's address bar, and try again."],
  NotFoundError: ["There is no camera", "Connect one. This page notices by itself."],
  OverconstrainedError: ["The camera that was chosen is not there", "Choose another one, or connect it and try again."],
  NotReadableError: ["The camera does not answer", "Another program may be using it. Close that and try again."],
  AbortError: ["The camera does not answer", "Disconnect it, connect it again, and try again."],
};

const insecure = ["The browser gives this page no camera", "It does so only on this machine (localhost) or over https. Open the address that the program printed."];

// Camera shows the camera in video. It calls onstate("open"), ("opening"), or
// ("closed", title, advice).
export class Camera {
  constructor(video, onstate) {
    this.video = video;
    this.onstate = onstate;
    this.stream = null;
    this.opening = 0;
    navigator.mediaDevices?.addEventListener?.("devicechange", () => { if (!this.live) this.open(); });
  }

  get live() {
    return this.stream?.getVideoTracks()[0]?.readyState === "live";
  }

  // open opens the camera with that id, or the one that the browser prefers.
  async open(id = this.id) {
    const turn = ++this.opening;
    this.id = id;
    if (!navigator.mediaDevices?.getUserMedia) {
      this.onstate("closed", ...insecure);
      return false;
    }
    this.onstate("opening");
    this.close();
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30 }, ...(id ? { deviceId: { exact: id } } : { facingMode: "user" }) },
      });
      if (turn !== this.opening) {
        stream.getTracks().forEach((t) => t.stop());
        return false;
      }
      this.stream = stream;
      stream.getVideoTracks()[0].addEventListener("ended", () => {
        if (this.stream === stream) this.onstate("closed", "The camera was lost", "Connect it again, or choose another one.");
      });
      this.video.srcObject = stream;
      await this.video.play();
      this.onstate("open");
      return true;
    } catch (e) {
      if (turn === this.opening) this.onstate("closed", ...(reasons[e.name] ?? ["The camera cannot be opened", String(e.message || e)]));
      return false;
    }
  }

  close() {
    this.stream?.getTracks().forEach((t) => t.stop());
    this.stream = null;
  }

  // list fills a select with the cameras, and hides it when there is no choice.
  async list(select) {
    const all = (await navigator.mediaDevices?.enumerateDevices?.() ?? []).filter((d) => d.kind === "videoinput");
    const now = this.stream?.getVideoTracks()[0]?.getSettings().deviceId;
    select.replaceChildren(...all.map((d, i) => new Option(d.label || `Camera ${i + 1}`, d.deviceId, false, d.deviceId === now)));
    select.closest("label").hidden = all.length < 2;
  }
}

// Grabber makes JPEG files of what a video shows, as the camera sees it and not
// mirrored, at most 640 pixels wide.
export class Grabber {
  constructor(video) {
    this.video = video;
    this.canvas = document.createElement("canvas");
    this.context = this.canvas.getContext("2d", { alpha: false, willReadFrequently: true });
  }

  // grab returns a Blob, or null when there is no picture yet.
  async grab(quality = 0.92) {
    const { videoWidth: w, videoHeight: h } = this.video;
    if (!w || !h) return null;
    const scale = Math.min(1, 640 / w);
    const width = Math.round(w * scale), height = Math.round(h * scale);
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    this.context.drawImage(this.video, 0, 0, width, height);
    return new Promise((done) => this.canvas.toBlob(done, "image/jpeg", quality));
  }
}

// showState shows the state of a camera in the stage's message.
export function showState(message, state, title = "", advice = "", retry = () => {}) {
  message.hidden = state === "open";
  message.replaceChildren();
  if (state === "open") return;
  const line = (text, tag = "p") => {
    const e = document.createElement(tag);
    e.textContent = text;
    message.append(e);
    return e;
  };
  if (state === "opening") {
    line("Opening the camera. The browser may ask whether it is allowed.");
    return;
  }
  line(title, "strong");
  line(advice);
  const again = line("Try again", "button");
  again.type = "button";
  again.addEventListener("click", retry);
}
