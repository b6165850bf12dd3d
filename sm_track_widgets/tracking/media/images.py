"""Images: arrays, tensors and PIL images as the bytes of a file."""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING, Any

from sm_track_widgets._errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

CURE = "Give an array (height, width[, 1, 3 or 4]), a PIL image, or the path of an image file."
CHANNELS = {1: 0, 2: 4, 3: 2, 4: 6}
"""Number of channels -> PNG's colour type: grey, grey with alpha, RGB, RGBA."""
_PLANES, _CUBE = 2, 3
_WHITE = 255
_PIL_FORMATS = {
    ".bmp": "BMP",
    ".gif": "GIF",
    ".jpeg": "JPEG",
    ".jpg": "JPEG",
    ".png": "PNG",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".webp": "WEBP",
}


def image_bytes(image: Any, suffix: str, warn: Callable[[str], None]) -> bytes:
    """Return an image as a file of the type that `suffix` says.

    Parameters
    ----------
    image
        A PIL image; or an array or tensor of height x width, or height x width x channels with 1 (grey), 2 (grey and
        alpha), 3 (RGB) or 4 (RGBA) channels; channels may also come first. Whole numbers are 0 to 255, fractions
        0 to 1, truth values black and white.
    suffix
        ``.png`` needs no library for arrays; others need Pillow.
    warn
        Gets one line where values were out of range and were cut.

    Raises
    ------
    UsageError
        It is no image, a suffix that is unknown, or Pillow is missing.
    """
    if suffix not in _PIL_FORMATS:
        raise UsageError(
            f"log_image does not write {suffix or 'names without an extension'}.", "Use .png or .jpg."
        )
    if callable(getattr(image, "save", None)) and hasattr(image, "mode"):
        return _saved(image, suffix)
    pixels = _pixels(image, warn)
    return png(pixels) if suffix == ".png" else _saved(_pillow(pixels), suffix)


def png(pixels: NDArray[Any]) -> bytes:
    """Write an array of bytes, height x width x channels, as PNG."""
    height, width, channels = pixels.shape
    lines = pixels.reshape(height, width * channels)
    raw = b"".join(b"\0" + line.tobytes() for line in lines)
    header = struct.pack(">IIBBBBB", width, height, 8, CHANNELS[channels], 0, 0, 0)
    chunks = (_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(raw)), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _pixels(image: Any, warn: Callable[[str], None]) -> NDArray[Any]:
    """Return height x width x channels of bytes."""
    import numpy as np

    for step in ("detach", "cpu"):  # a tensor with a gradient, or on a GPU
        image = getattr(image, step)() if callable(getattr(image, step, None)) else image
    try:
        array = np.asarray(image)
    except Exception:  # noqa: BLE001 - whatever its __array__ raised, it is no image
        raise UsageError(f"{type(image).__name__} is no image.", CURE) from None
    if array.dtype.kind not in "buif" or array.ndim not in {_PLANES, _CUBE} or not array.size:
        shown = f"of {array.dtype} with shape {array.shape}" if array.ndim else f"({type(image).__name__})"
        raise UsageError(f"This is no image: an array {shown}.", CURE)
    if array.ndim == _PLANES:
        array = array[:, :, None]
    elif array.shape[2] not in CHANNELS and array.shape[0] in CHANNELS:
        array = np.moveaxis(array, 0, 2)
    if array.shape[2] not in CHANNELS:
        raise UsageError(f"This is no image: an array of shape {array.shape}.", CURE)
    return _as_bytes(array, warn)


def _as_bytes(array: NDArray[Any], warn: Callable[[str], None]) -> NDArray[Any]:
    import numpy as np

    if array.dtype.kind == "b":
        return array.astype(np.uint8) * _WHITE
    if array.dtype == np.uint8:
        return array
    top = 1 if array.dtype.kind == "f" else _WHITE
    values = np.nan_to_num(array.astype(np.float64), nan=0.0, posinf=top, neginf=0)
    low, high = float(values.min()), float(values.max())
    slack = 1e-6 * top
    if low < -slack or high > top + slack or not np.isfinite(array).all():
        warn(
            f"An image had values from {low:.4g} to {high:.4g}; they were cut to 0..{top}. "
            "Scale it first: (x - x.min()) / (x.max() - x.min())"
        )
    return np.rint(values.clip(0, top) * (_WHITE / top)).astype(np.uint8)


def _pillow(pixels: NDArray[Any]) -> Any:
    try:
        from PIL import Image
    except ImportError:
        raise UsageError(
            "Only .png is written without Pillow.", "Name it .png, or: pip install pillow"
        ) from None
    return Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)


def _saved(image: Any, suffix: str) -> bytes:
    data, form = io.BytesIO(), _PIL_FORMATS[suffix]
    if form == "JPEG" and image.mode not in {"RGB", "L", "CMYK"}:
        image = image.convert("RGB")
    try:
        image.save(data, format=form)
    except Exception as error:
        raise UsageError(f"This image cannot be written as {form}: {error}.", "Name it .png") from error
    return data.getvalue()
