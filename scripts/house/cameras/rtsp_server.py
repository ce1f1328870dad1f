"""An RTSP server (GStreamer's) that sends the frames from its standard input: H.264 in RTP.

    /usr/bin/python3 rtsp_server.py PORT WIDTH HEIGHT FRAME_RATE KEY_FRAME_EVERY KBIT_PER_S < RGB frames

Run by the system's Python, for which Debian packages GStreamer; no Home Assistant here.
It says "ready" once it serves rtsp://127.0.0.1:PORT/video, and ends the stream with its
input; where it cannot serve it says why and ends with 1. As in a camera the encoder also runs without readers: a reader that connects
waits for the next key frame.
"""

import os
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstApp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstApp, GstRtspServer  # noqa: E402

PATH = "/video"
ENCODER = (
    # A frame that the encoder has not taken when the next one comes is lost, not late.
    "appsrc name=frames is-live=true format=time do-timestamp=true "
    "leaky-type=downstream max-buffers=1 max-bytes=0 "
    "caps=video/x-raw,format=RGB,width={width},height={height},framerate={rate}/1 "
    "! videoconvert ! video/x-raw,format=I420 "
    # As a camera: no key frames but the regular ones, no frame that waits for a later
    # one, and each in one slice.
    "! x264enc tune=zerolatency speed-preset=ultrafast threads=1 bitrate={kbit} "
    "key-int-max={every} option-string=scenecut=0 "
    "! rtph264pay name=pay0 pt=96 config-interval=-1"
)
ITSELF = "rtspsrc location=rtsp://127.0.0.1:{port}{path} protocols=tcp latency=0 ! fakesink name=sink sync=false signal-handoffs=true"


def main(port: int, width: int, height: int, rate: int, every: int, kbit: int) -> None:
    """Serve until the input ends."""
    Gst.init(None)
    loop = GLib.MainLoop()
    factory = GstRtspServer.RTSPMediaFactory()
    encoder = ENCODER.format(
        width=width, height=height, rate=rate, every=every, kbit=kbit
    )
    factory.set_launch(f"( {encoder} )")
    factory.set_shared(True)
    factory.set_latency(0)
    started = threading.Event()
    sources: list[GstApp.AppSrc] = []

    def configure(_: object, media: GstRtspServer.RTSPMedia) -> None:
        sources[:] = [media.get_element().get_by_name("frames")]
        started.set()

    factory.connect("media-configure", configure)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(port))
    server.get_mount_points().add_factory(PATH, factory)
    if not server.attach(None):
        sys.exit(f"port {port} is taken")

    def feed() -> None:
        started.wait()
        size = width * height * 3
        while len(frame := sys.stdin.buffer.read(size)) == size:
            sources[0].push_buffer(Gst.Buffer.new_wrapped(frame))
        sources[0].end_of_stream()
        # Data that was sent must reach the readers.
        GLib.timeout_add(300, loop.quit)

    itself = Gst.parse_launch(ITSELF.format(port=port, path=PATH))
    sink = itself.get_by_name("sink")

    def ready(*_: object) -> None:
        sink.disconnect(told)
        bus.disconnect(watched)
        print("ready", flush=True)

    def failed(_: object, message: Gst.Message) -> None:
        print(*message.parse_error(), sep="\n", file=sys.stderr, flush=True)
        # The other threads wait for frames that do not come.
        os._exit(1)

    told = sink.connect("handoff", ready)
    bus = itself.get_bus()
    bus.add_signal_watch()
    watched = bus.connect("message::error", failed)
    itself.set_state(Gst.State.PLAYING)
    threading.Thread(target=feed, daemon=True).start()
    loop.run()
    itself.set_state(Gst.State.NULL)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
