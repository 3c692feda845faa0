"""Reads the product code (EAN-13 and its kin) off a picture, without any model."""

import asyncio
import io

from agents.media.channel import File

_MOST_PIXELS = 40_000_000


class BarcodeReader:
    """A ``Reader`` of pictures that show a product's barcode."""

    async def read(self, kind: str, file: File) -> str | None:
        """The codes seen, one after the other; ``None`` without one. Decoding runs in a thread."""
        if kind != "image":
            return None
        return await asyncio.to_thread(codes, file.content)


def codes(content: bytes) -> str | None:
    """The GTINs whose barcode a picture shows; ``None`` for none, and for bytes that are no picture. Blocks."""
    import zxingcpp
    from PIL import Image, UnidentifiedImageError

    formats = zxingcpp.barcode_formats_from_str("EAN13,EAN8,UPCA")
    try:
        with Image.open(io.BytesIO(content)) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                return None
            seen = zxingcpp.read_barcodes(picture.convert("L"), formats=formats)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return None
    return " ".join(dict.fromkeys(code.text for code in seen if code.valid)) or None
