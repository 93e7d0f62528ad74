# SPDX-License-Identifier: Apache-2.0
# What stands in a profile.proto file? Reads the wire format, judges nothing but the encoding.
import gzip
from dataclasses import dataclass, field


class Malformed(Exception):
    """The bytes are no profile.proto message."""


@dataclass
class ValueType:
    type: int = 0
    unit: int = 0


@dataclass
class Label:
    key: int = 0
    str: int = 0
    num: int = 0
    num_unit: int = 0


@dataclass
class Sample:
    location_id: list = field(default_factory=list)
    value: list = field(default_factory=list)
    label: list = field(default_factory=list)


@dataclass
class Mapping:
    id: int = 0
    memory_start: int = 0
    memory_limit: int = 0
    file_offset: int = 0
    filename: int = 0
    build_id: int = 0
    has_functions: int = 0
    has_filenames: int = 0
    has_line_numbers: int = 0
    has_inline_frames: int = 0


@dataclass
class Line:
    function_id: int = 0
    line: int = 0
    column: int = 0


@dataclass
class Location:
    id: int = 0
    mapping_id: int = 0
    address: int = 0
    line: list = field(default_factory=list)
    is_folded: int = 0


@dataclass
class Function:
    id: int = 0
    name: int = 0
    system_name: int = 0
    filename: int = 0
    start_line: int = 0


@dataclass
class Profile:
    sample_type: list = field(default_factory=list)
    sample: list = field(default_factory=list)
    mapping: list = field(default_factory=list)
    location: list = field(default_factory=list)
    function: list = field(default_factory=list)
    string_table: list = field(default_factory=list)
    drop_frames: int = 0
    keep_frames: int = 0
    time_nanos: int = 0
    duration_nanos: int = 0
    period_type: ValueType = None
    period: int = 0
    comment: list = field(default_factory=list)
    default_sample_type: int = 0

    def text(self, index):
        return self.string_table[index].decode("utf-8", "replace")

    def types(self):
        return [f"{self.text(t.type)}/{self.text(t.unit)}" for t in self.sample_type]

    def comments(self):
        return [self.text(index) for index in self.comment]


# field number -> (name, form): a message class, "bytes", "number" or "numbers" (repeated).
FORMS = {
    ValueType: {1: ("type", "number"), 2: ("unit", "number")},
    Label: {1: ("key", "number"), 2: ("str", "number"), 3: ("num", "number"),
            4: ("num_unit", "number")},
    Sample: {1: ("location_id", "numbers"), 2: ("value", "numbers"), 3: ("label", [Label])},
    Mapping: {1: ("id", "number"), 2: ("memory_start", "number"), 3: ("memory_limit", "number"),
              4: ("file_offset", "number"), 5: ("filename", "number"), 6: ("build_id", "number"),
              7: ("has_functions", "number"), 8: ("has_filenames", "number"),
              9: ("has_line_numbers", "number"), 10: ("has_inline_frames", "number")},
    Line: {1: ("function_id", "number"), 2: ("line", "number"), 3: ("column", "number")},
    Location: {1: ("id", "number"), 2: ("mapping_id", "number"), 3: ("address", "number"),
               4: ("line", [Line]), 5: ("is_folded", "number")},
    Function: {1: ("id", "number"), 2: ("name", "number"), 3: ("system_name", "number"),
               4: ("filename", "number"), 5: ("start_line", "number")},
    Profile: {1: ("sample_type", [ValueType]), 2: ("sample", [Sample]), 3: ("mapping", [Mapping]),
              4: ("location", [Location]), 5: ("function", [Function]), 6: ("string_table", "bytes"),
              7: ("drop_frames", "number"), 8: ("keep_frames", "number"),
              9: ("time_nanos", "number"), 10: ("duration_nanos", "number"),
              11: ("period_type", ValueType), 12: ("period", "number"), 13: ("comment", "numbers"),
              14: ("default_sample_type", "number"), 15: ("doc_url", "number")},
}
SIGNED = {"value", "num", "line", "time_nanos", "duration_nanos", "period", "start_line", "column"}


def _varint(data, at):
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise Malformed("a number that does not end")
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value & (1 << 64) - 1, at
        shift += 7


def _number(name, value):
    return value - (1 << 64) if name in SIGNED and value >> 63 else value


def _fields(data):
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        if tag & 7 == 0:
            value, at = _varint(data, at)
        elif tag & 7 == 2:
            size, at = _varint(data, at)
            if at + size > len(data):
                raise Malformed("a field longer than its message")
            value, at = data[at:at + size], at + size
        else:
            raise Malformed(f"wire type {tag & 7}")
        yield tag >> 3, value


def _numbers(name, value):
    if isinstance(value, int):
        return [_number(name, value)]
    at, out = 0, []
    while at < len(value):
        number, at = _varint(value, at)
        out.append(_number(name, number))
    return out


def decode(kind, data):
    """One message of the class `kind`. Unknown fields are malformed: nobody but us writes these."""
    message = kind()
    for number, value in _fields(data):
        if number not in FORMS[kind]:
            raise Malformed(f"{kind.__name__} has no field {number}")
        name, form = FORMS[kind][number]
        if (form == "number") != isinstance(value, int) and form != "numbers":
            raise Malformed(f"{kind.__name__}.{name} has the wrong wire type")
        if form == "numbers":
            getattr(message, name).extend(_numbers(name, value))
        elif form == "number":
            setattr(message, name, _number(name, value))
        elif form == "bytes":
            getattr(message, name).append(value)
        elif isinstance(form, list):
            getattr(message, name).append(decode(form[0], value))
        else:
            setattr(message, name, decode(form, value))
    return message


def read(path):
    """The profile in a gzip file. Raises Malformed."""
    try:
        with gzip.open(path, "rb") as file:
            data = file.read()
    except (OSError, EOFError) as error:
        raise Malformed(f"not a whole gzip file: {error}") from error
    return decode(Profile, data)


def encode(message):
    """The bytes of a message: what tests of the checks are made with."""
    out = bytearray()
    for number, (name, form) in FORMS[type(message)].items():
        value = getattr(message, name, None)
        if form == "number":
            if value:
                out += _put(number << 3) + _put(value)
        elif form == "numbers":
            body = b"".join(_put(item) for item in value)
            out += _put(number << 3 | 2) + _put(len(body)) + body if value else b""
        elif value is not None:
            for item in value if isinstance(value, list) else [value]:
                body = item if form == "bytes" else encode(item)
                out += _put(number << 3 | 2) + _put(len(body)) + body
    return bytes(out)


def _put(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out) + bytes([value])


def write(path, profile):
    with gzip.open(path, "wb") as file:
        file.write(encode(profile))
