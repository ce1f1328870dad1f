"""Small real cameras for the demo, the tests and the benches.

A `Scene` is what a camera sees; `MjpegCamera`, `RtspCamera` and `EsphomeCamera` show one:

    scene = Scene()
    async with MjpegCamera(scene) as camera:
        scene.show(picture)
        ...  # camera.url
"""
