// Search from disk: a page of a file may start no worker, so the worker's script runs in a frame of the page.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(address) {
      super();
      const frame = document.createElement("iframe");
      frame.hidden = true;
      frame.title = "Search";
      this.frame = new Promise((ready) => {
        frame.addEventListener("load", () => {
          const inside = frame.contentWindow;
          inside.postMessage = (data) => this.dispatchEvent(new MessageEvent("message", { data }));
          const script = inside.document.createElement("script");
          script.src = address;
          script.onload = () => ready(frame);
          inside.document.body.append(script);
        }, { once: true });
      });
      const put = () => document.body.append(frame);
      if (document.body) put();
      else addEventListener("DOMContentLoaded", put);
    }
    postMessage(data) {
      this.frame.then((frame) => frame.contentWindow.dispatchEvent(new MessageEvent("message", { data })));
    }
    terminate() {
      this.frame.then((frame) => frame.remove());
    }
  };
}
