"""Compound files (OLE 2) and Excel 5.0/95 sheets, written by hand: LibreOffice no longer writes the latter."""
import struct

END, FREE, FAT_SECTOR = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
SECTOR = 512
SMALLEST = 4096  # streams from here on lie in whole sectors; all of ours are filled up to it


def compound(streams):
    """streams: list of (name, bytes). FAT and directory come first, so a cut file loses stream data only."""
    padded = []
    for name, data in streams:
        size = max(SMALLEST, -(-len(data) // SECTOR) * SECTOR)
        padded.append((name, data + b"\0" * (size - len(data))))
    directory_sectors = -(-(len(streams) + 1) // 4)
    data_sectors = sum(len(d) for _, d in padded) // SECTOR
    fat_sectors = 1
    while fat_sectors * 128 < fat_sectors + directory_sectors + data_sectors:
        fat_sectors += 1
    fat = [FAT_SECTOR] * fat_sectors
    fat += _chain(len(fat), directory_sectors)
    entries = [_entry("Root Entry", 5, END, 0, child=1)]
    for n, (name, data) in enumerate(padded):
        start = len(fat)
        fat += _chain(start, len(data) // SECTOR)
        # The tree of names degenerates to a list to the right: shorter names, then by letter.
        entries.append(_entry(name, 2, start, len(data), right=n + 2 if n + 1 < len(padded) else FREE))
    entries += [_entry("", 0, 0, 0)] * (directory_sectors * 4 - len(entries))
    fat += [FREE] * (fat_sectors * 128 - len(fat))
    header = struct.pack("<8s16sHHHHH6xIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6,
                         0, fat_sectors, fat_sectors, 0, SMALLEST, END, 0, END, 0)
    header += struct.pack("<109I", *(list(range(fat_sectors)) + [FREE] * (109 - fat_sectors)))
    return header + struct.pack("<%dI" % len(fat), *fat) + b"".join(entries) + b"".join(d for _, d in padded)


def _chain(start, count):
    return list(range(start + 1, start + count)) + [END]


def _entry(name, kind, start, size, child=FREE, right=FREE):
    raw = (name + "\0").encode("utf-16-le") if name else b""
    return struct.pack("<64sHBBIII16sIQQIQ", raw, len(raw), kind, 1, FREE, right, child, b"", 0, 0, 0, start, size)


def _record(kind, *parts):
    body = b"".join(parts)
    return struct.pack("<HH", kind, len(body)) + body


def excel95(name, rows, encoding="cp1251"):
    """A workbook of Excel 5.0/95 with one sheet. Cells: str, number, or ("date", number of days)."""
    def bof(kind):
        return _record(0x0809, struct.pack("<HHHH", 0x0500, kind, 0x0DBB, 0x07CC))

    font = _record(0x0031, struct.pack("<HHHHHBBBB", 200, 0, 0x7FFF, 400, 0, 0, 0, 204, 0), bytes([5]), b"Arial")
    styles = b"".join(_record(0x00E0, struct.pack("<HHHHHHHH", 0, form, flags, 0x20, 0x20C0, 0, 0, 0))
                      for form, flags in [(0, 0xFFF5)] * 15 + [(0, 1), (14, 1)])
    title = name.encode(encoding)
    start = bof(0x0005) + _record(0x0042, struct.pack("<H", 1251)) + \
        _record(0x003D, struct.pack("<9H", 0, 0, 9000, 6000, 0x38, 0, 0, 1, 600)) + font * 4 + styles
    tail_size = 4 + 7 + len(title) + 4
    start += _record(0x0085, struct.pack("<IHB", len(start) + tail_size, 0, len(title)), title) + _record(0x000A)
    sheet = bof(0x0010) + _record(0x0200, struct.pack("<HHHHH", 0, len(rows), 0, max(map(len, rows)), 0))
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if isinstance(value, str):
                data = value.encode(encoding)
                sheet += _record(0x0204, struct.pack("<HHHH", r, c, 15, len(data)), data) if data else b""
            elif isinstance(value, tuple):
                sheet += _record(0x0203, struct.pack("<HHHd", r, c, 16, value[1]))
            elif value is not None:
                sheet += _record(0x0203, struct.pack("<HHHd", r, c, 15, value))
    sheet += _record(0x023E, struct.pack("<HHHI", 0x06B6, 0, 0, 0)) + _record(0x000A)
    return compound([("Book", start + sheet)])
