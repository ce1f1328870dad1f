"""Small real cameras for the demo, the tests and the benches.

A `Scene` is what a camera sees; `MjpegCamera`, `RtspCamera` and `EsphomeCamera` show one:

    async with MjpegCamera(Scene()) as camera:
        camera.scene.show(picture)
        ...  # camera.url

A house has one of a kind over each dispenser: `open_house(folder, camera=Kind.MJPEG)`.
"""
