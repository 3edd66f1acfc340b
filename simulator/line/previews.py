"""Small JPEGs of learners' pictures and videos, as LINE's preview endpoint gives."""

import io
from typing import TYPE_CHECKING

from simulator.line.state import Media

if TYPE_CHECKING:
    from PIL import Image

PREVIEW_SIDE_PIXELS = 384


def preview_of(media: Media) -> bytes | None:
    """The picture itself or the video's first frame, made small. None for what has no picture or can't be decoded.

    Blocking; call it in a thread. The decoders are imported here to keep the simulator's start short.
    """
    if media.kind not in ("image", "video"):
        return None
    from PIL import Image, UnidentifiedImageError

    try:
        source = Image.open(media.path) if media.kind == "image" else _first_frame(media)
        if source is None:
            return None
        picture = source.convert("RGB")
    except (UnidentifiedImageError, OSError):
        return None
    picture.thumbnail((PREVIEW_SIDE_PIXELS, PREVIEW_SIDE_PIXELS))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    return out.getvalue()


def _first_frame(media: Media) -> "Image.Image | None":
    import av
    from PIL import Image

    try:
        with av.open(str(media.path)) as container:
            for frame in container.decode(video=0):
                return Image.fromarray(frame.to_ndarray(format="rgb24"))
    except (av.FFmpegError, IndexError):
        return None
    return None
