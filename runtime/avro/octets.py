"""Many records' bytes as one array, read at many places at once.

Source: https://avro.apache.org/docs/1.12.0/specification/#binary-encoding
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.int64]
"""A place in the bytes for each record."""
Longs = npt.NDArray[np.int64]
Bits = npt.NDArray[np.bool_]

_MORE = 0x7F
_LONGEST = 10


class IrregularError(Exception):
    """The bytes are not what the schema says, or of a kind that must be looked at one by one."""


class Octets:
    """Records laid end to end, each ``skipped`` bytes into its text. Reading past an end is seen by ``settled``.

    Every read moves on by what it read, never back, so that records that all end where they should were never read
    past their ends.
    """

    def __init__(self, texts: Sequence[bytes], skipped: int) -> None:
        self.text = b"".join(texts)
        self._octets = np.frombuffer(self.text, np.uint8)
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        self._ends: Places = lengths.cumsum()
        self.starts: Places = self._ends - lengths + skipped

    def settled(self, at: Places) -> bool:
        """Whether each record was read to its end, and no further."""
        return bool((at == self._ends).all())

    def octet(self, at: Places) -> npt.NDArray[np.uint8]:
        """The byte at each place; any byte for a place outside."""
        return self._octets.take(at, mode="clip")

    def varints(self, at: Places) -> tuple[Longs, Places]:
        """Zigzag numbers of up to 64 bits, and the places after them. Raises ``IrregularError``."""
        octet, at = self.octet(at), at + 1
        more = octet > _MORE
        if not more.any():
            short = octet.astype(np.int64)
            return (short >> 1) ^ -(short & 1), at
        bits = (octet & _MORE).astype(np.uint64)
        for number in range(1, _LONGEST):
            octet = self.octet(at)
            if number == _LONGEST - 1 and (octet[more] > 1).any():
                break
            bits |= np.where(more, octet & _MORE, 0).astype(np.uint64) << np.uint64(7 * number)
            at = at + more
            more = more & (octet > _MORE)
            if not more.any():
                return (bits >> np.uint64(1)).astype(np.int64) ^ -(bits & np.uint64(1)).astype(np.int64), at
        raise IrregularError("a number of more than 64 bits")

    def past_varints(self, at: Places) -> Places:
        """The places after zigzag numbers that nobody asked for. Raises ``IrregularError``."""
        more, at = self.octet(at) > _MORE, at + 1
        for _ in range(1, _LONGEST):
            if not more.any():
                return at
            octet = self.octet(at)
            at = at + more
            more = more & (octet > _MORE)
        if more.any():
            raise IrregularError("a number of more than 10 bytes")
        return at

    def spans(self, at: Places) -> tuple[Places, Places]:
        """Where the contents of texts and bytes begin and end. Raises ``IrregularError``."""
        lengths, starts = self.varints(at)
        if ((lengths < 0) | (lengths > len(self.text))).any():
            raise IrregularError("a length that cannot be")
        return starts, starts + lengths

    def branches(self, at: Places, count: int) -> tuple[Longs, Places]:
        """Which branch of a union, or symbol of an enum, each record has. Raises ``IrregularError``."""
        chosen, at = self.varints(at)
        if ((chosen < 0) | (chosen >= count)).any():
            raise IrregularError("a branch that is not there")
        return chosen, at

    def window(self, starts: Places, width: int) -> npt.NDArray[np.uint8]:
        """The ``width`` bytes from each place, a row each."""
        return self._octets.take(starts[:, None] + np.arange(width), mode="clip")
