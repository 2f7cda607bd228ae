"""Workbooks as old tools and databases write them: made by code, so that no file of a publisher is needed."""

from __future__ import annotations

import hashlib
import io
import struct
from collections.abc import Iterator
from pathlib import Path

Rows = list[list[object]]

TABLE: Rows = [
    ["各地区孵化器（2022年）", None, None],
    ["地 区", "孵化器数量（个）", "在孵企业"],
    ["全 国", 382, "9 000"],
    ["北 京", 272, 5000.5],
    ["天 津", "110", 4000],
]
EXPECTED = {
    ("北京", "孵化器数量"): 272,
    ("北京", "在孵企业"): 5000.5,
    ("天津", "孵化器数量"): 110,
    ("天津", "在孵企业"): 4000,
}


def workbook(rows: Rows) -> bytes:
    """Return an .xls with one sheet."""
    out = io.BytesIO()
    _book(rows).save(out)
    return out.getvalue()


def _book(rows: Rows):
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("1")
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if value is not None:
                sheet.write(r, c, value)
    return book


def encrypted(rows: Rows, key: str = "VelvetSweatshop") -> bytes:
    """Return an .xls encrypted with a key (RC4), by default the one that spreadsheets try without asking."""
    from xlwt.CompoundDoc import XlsDoc

    return _container(XlsDoc(), _encrypt(_book(rows).get_biff_data(), key))


def _container(document, stream: bytes) -> bytes:
    out = io.BytesIO()
    document.save(out, stream)
    return out.getvalue()


def _rc4(key: bytes) -> Iterator[int]:
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    i = j = 0
    while True:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        yield state[(state[i] + state[j]) % 256]


def _encrypt(data: bytes, key: str) -> bytes:
    """Encrypt the records of a workbook ([MS-XLS] 2.2.10): heads of records, and where sheets begin, stay plain."""
    salt, verifier = bytes(range(50, 66)), bytes(range(16))
    first = hashlib.md5(key.encode("utf-16-le")).digest()
    middle = hashlib.md5((first[:5] + salt) * 16).digest()[:5]

    def keys(block: int) -> Iterator[int]:
        return _rc4(hashlib.md5(middle + struct.pack("<I", block)).digest())

    begin = keys(0)
    proof = bytes(b ^ next(begin) for b in verifier + hashlib.md5(verifier).digest())
    lock = struct.pack("<HHHHH", 0x2F, 54, 1, 1, 1) + salt + proof
    out, plain, at = bytearray(), [], 0
    while at < len(data):
        kind, size = struct.unpack_from("<HH", data, at)
        body = bytearray(data[at + 4 : at + 4 + size])
        if kind == 0x85:
            struct.pack_into("<I", body, 0, struct.unpack_from("<I", body, 0)[0] + len(lock))
        plain.append(
            (len(out), 4 + len(body) if kind in (0x809, 0xE1) else 8 if kind == 0x85 else 4)
        )
        out += struct.pack("<HH", kind, len(body)) + body
        if at == 0:
            plain.append((len(out), len(lock)))
            out += lock
        at += 4 + size
    open_bytes = {i for start, size in plain for i in range(start, start + size)}
    for block in range(0, len(out), 1024):
        stream = keys(block // 1024)
        for i in range(block, min(block + 1024, len(out))):
            byte = next(stream)
            if i not in open_bytes:
                out[i] ^= byte
    rest = -len(out) % 4
    return bytes(out) + struct.pack("<HH", 0, rest) + bytes(rest)


def protected_xlsx(content: bytes, key: str) -> bytes:
    """Return an .xlsx encrypted with a key, as a spreadsheet saves it with a password."""
    from msoffcrypto.format.ooxml import OOXMLFile

    out = io.BytesIO()
    OOXMLFile(io.BytesIO(content)).encrypt(key, out)
    return out.getvalue()


def bare(rows: Rows, version: int) -> bytes:
    """Return a workbook of version 2, 3 or 4, from before there were containers: one sheet, texts in GB2312."""
    begin = {2: (0x0009, 4), 3: (0x0209, 6), 4: (0x0409, 6)}[version]
    out = struct.pack("<HH", *begin) + struct.pack("<HHH", version, 0x10, 0)[: begin[1]]
    out += struct.pack("<HHH", 0x0042, 2, 936)
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            place = struct.pack("<HH", r, c) + (b"\0\0\0" if version == 2 else b"\0\0")
            if isinstance(value, str):
                text = value.encode("gb2312")
                size = struct.pack("<B" if version == 2 else "<H", len(text))
                kind, body = (0x0004 if version == 2 else 0x0204), place + size + text
            elif value is not None:
                kind, body = (0x0003 if version == 2 else 0x0203), place + struct.pack("<d", value)
            else:
                continue
            out += struct.pack("<HH", kind, len(body)) + body
    return out + struct.pack("<HH", 0x000A, 0)


def in_broken_container(rows: Rows) -> bytes:
    """Return an .xls whose container claims the blocks of the workbook a second time, as some old tools write it."""
    content = bytearray(workbook(rows))
    directory = 512 * (struct.unpack_from("<I", content, 48)[0] + 1)
    root, stream = directory, directory + 128
    content[root + 116 : root + 120] = content[stream + 116 : stream + 120]
    struct.pack_into("<I", content, root + 120, 64)
    return bytes(content)


def page(rows: Rows, *, title: str = "", encoding: str = "utf-8") -> bytes:
    """Return the rows as a web page, with the title outside the table."""
    lines = [
        "<tr>" + "".join(f"<td>{'' if v is None else v}</td>" for v in row) + "</tr>"
        for row in rows
    ]
    head = f'<html><head><title>Excel</title><meta charset="{encoding}"><style>td {{height: 2px}}</style></head>'
    return f"{head}<body><div>{title}</div><table>{''.join(lines)}</table></body></html>".encode(
        encoding
    )


def write(path: Path, content: bytes) -> Path:
    """Write bytes and return the path."""
    path.write_bytes(content)
    return path
