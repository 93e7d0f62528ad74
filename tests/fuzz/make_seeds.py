# SPDX-License-Identifier: Apache-2.0
# With which inputs do the targets of binary formats start? Writes them anew below seeds/; crash files
# that lie there stay. The texts among the seeds are written by hand.
import os
import struct
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))


def write(target, name, content):
    folder = os.path.join(HERE, "seeds", target)
    os.makedirs(folder, exist_ok=True)
    assert len(content) <= 4096, (target, name, len(content))
    with open(os.path.join(folder, name), "wb") as file:
        file.write(content)


def text(content):
    return bytes([len(content)]) + content


# Segments: scripts of segment_script.h. A step is its number and its operands.
ACTS = {name: number for number, name in enumerate(
    "module name stack mark live reach count fd thread misuse resource region_word region_size "
    "header_word cut".split())}
PACKED_FILE, SPREAD_FILE, STREAM = range(3)


def step(name, *operands):
    """`operands`: bytes, or (form of struct, number)"""
    return bytes([ACTS[name]]) + b"".join(
        operand if isinstance(operand, bytes) else struct.pack("<" + operand[0], operand[1])
        for operand in operands)


def service():
    """Some of everything."""
    module = step("module", text(b"/opt/bin/service"), text(b"\x12\xab"), ("Q", 0x300000),
                  ("Q", 0x10000), ("Q", 0x300000))
    places = [0x1000000300001, 0x1000000301000, 0x7f0000000000]
    stacks = b"".join(step("stack", ("B", 3), *(("Q", place + i) for place in places), ("B", i))
                      for i in range(3))
    blocks = b"".join(
        step("live", ("B", 1 + i % 3), ("Q", 0x10000 + 16 * i), ("Q", i * i), ("H", 1), ("I", i))
        for i in range(6))
    lost = b"".join(
        step("reach", ("B", 1 + i % 3), ("Q", 0x10000 + 16 * i), ("Q", i * i), ("B", 4 - i % 2),
             ("B", i // 2)) for i in range(0, 6, 2))
    counts = b"".join(step("count", ("B", i), ("Q", 20), ("Q", 4000), ("B", i)) for i in (1, 2, 3))
    fds = b"".join(
        step("fd", ("B", i), ("B", i), ("B", 2 + i), ("I", 1), ("B", i % 3), ("B", 0),
             text(b"\x02\0\x1f\x90\x7f\0\0\x01" if i % 3 == 2 else b"/etc/services")) for i in range(8))
    threads = b"".join(step("thread", ("B", 1), ("B", i), ("i", 100 + i), ("B", 1), ("B", 0),
                            ("B", int(i == 0))) for i in range(4))
    misuses = b"".join(step("misuse", ("B", 1), ("B", 1 + i), ("B", 3), ("B", 2), ("B", 3), ("I", 5),
                            ("B", 0)) for i in range(5))
    resources = b"".join(step("resource", ("B", 2), ("B", kind), ("Q", 0x1000 * kind), ("Q", 4096),
                              ("B", 0), text(b"libz.so")) for kind in (2, 16, 17, 18, 19))
    return (module + step("name", text(b"worker")) + stacks + step("mark", ("B", 2), text(b"A.B")) +
            blocks + lost + counts + fds + threads + misuses + resources)


def segments():
    for name, form in ("packed", PACKED_FILE), ("spread", SPREAD_FILE), ("stream", STREAM):
        write("segment", name, bytes([form]) + service())
    write("segment", "empty", bytes([PACKED_FILE]))
    write("segment", "cut_off", bytes([STREAM]) + service() + step("cut", ("I", 9000)))
    circle = step("region_word", ("B", 7), ("H", 24), ("Q", 1 | 1 << 32))
    write("segment", "circle_of_nodes", bytes([PACKED_FILE]) + service() + circle)
    texts = step("module", text(b"\x80\xff\n" * 40), text(b"x" * 40), ("Q", 1), ("Q", 1 << 50), ("Q", 0))
    write("segment", "texts_of_noise", bytes([SPREAD_FILE]) + texts + step("name", text(b"\xc3" * 20)) +
          step("region_size", ("B", 4), ("H", 63)) + step("header_word", ("H", 24), ("Q", ~0 & 2**64 - 1)))


# Profiles: fields of profile.proto.
def varint(number):
    number &= 2**64 - 1
    content = b""
    while number > 127:
        content += bytes([number & 127 | 128])
        number >>= 7
    return content + bytes([number])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def message(*fields):
    return b"".join(field(number, value) for number, value in fields)


class Profile:
    def __init__(self, *types):
        self.texts, self.bytes = [b""], b""
        self.add(3, (1, 1), (2, 0x300000), (3, 0x310000), (5, self.text(b"/opt/bin/service")))
        for name in types:
            self.add(1, (1, self.text(name)), (2, self.text(b"count")))
        for comment in (b"leakhook 0.1.0", b"pid: 4711", b"process start: 12345",
                        b"command: service --fast", b"reachability: done in 1 ms"):
            self.bytes += field(13, self.text(comment))

    def text(self, content):
        if content not in self.texts:
            self.texts.append(content)
        return self.texts.index(content)

    def add(self, number, *fields):
        self.bytes += field(number, message(*fields))

    def function(self, number, name, file=b"/src/main.cc"):
        self.add(5, (1, number), (2, self.text(name)), (3, self.text(name)), (4, self.text(file)))
        self.add(4, (1, number), (2, 1), (3, 0x300000 + number),
                 (4, message((1, number), (2, 10 * number))))

    def sample(self, places, values, **labels):
        said = [(3, message((1, self.text(key.encode())),
                            (2, self.text(value)) if isinstance(value, bytes) else (3, value)))
                for key, value in labels.items()]
        self.add(2, (1, b"".join(map(varint, places))), (2, b"".join(map(varint, values))), *said)

    def whole(self):
        return self.bytes + b"".join(field(6, content) for content in self.texts) + message((9, 10**18))


def profiles():
    names = (b"make_node", b"std::vector<int>::push_back(int&&)", b"main", b"(anonymous namespace)::f")
    heap = Profile(b"inuse_objects", b"inuse_space")
    fds = Profile(b"open_fds")
    misuse = Profile(b"misuses", b"closed_before", b"opened")
    for profile in (heap, fds, misuse):
        for number, name in enumerate(names, 1):
            profile.function(number, name)
    heap.sample([1, 2, 3], [2, 64], kind=b"heap", reach=b"definite", leak=1, bytes=32, age=5)
    heap.sample([4, 3], [1, 8], kind=b"heap", reach=b"indirect", leak=1, thread=b"worker")
    heap.sample([2, 3], [9, 99], kind=b"heap", reach=b"possible", mark=b"A.B")
    fds.sample([1, 3], [1], kind=b"socket", fd=7, peer=b"127.0.0.1:80", age=9)
    fds.sample([3], [1], kind=b"file", fd=0, path=b"/etc/services", origin=b"inherited")
    misuse.sample([1, 3], [3, 0, 0], misuse=b"double_close", kind=b"socket", case=1)
    misuse.sample([2, 3], [0, 1, 0], misuse=b"double_close", kind=b"socket", case=1)
    for name, profile in ("heap", heap), ("fd", fds), ("misuse", misuse):
        write("profile", name, profile.whole())
    hostile = Profile(b"inuse_objects", b"inuse_space")
    for number, name in enumerate((b"a <- b", b"\xe2\x80\xae]]>\"'<&", b"heap/lost 1 1 x\ny", b"[x+0x1]"), 1):
        hostile.function(number, name, b"::error file=a,line=1::")
        hostile.sample([number], [2**62, 2**63 - 1], kind=b"heap", reach=b"definite")
    write("profile", "texts_of_noise", hostile.whole())


# Unwind tables.
USUAL_CIE = b"\x0c\x07\x08\x90\x01"  # def_cfa rsp+8; return address at cfa-8


def rows():
    def program(shared, own, factors=b"\x00\x38", kind=b"\0"):
        return factors + kind + text(shared) + own

    write("rows", "frame_pointer", program(USUAL_CIE, b"\x41\x0e\x10\x86\x02\x43\x0d\x06\x50\xc6\x0c\x07\x08"))
    write("rows", "states", program(USUAL_CIE, b"\x41\x0e\x20\x8c\x03\x0a\x45\xcc\x0e\x08\x42\x0b\x02\x40\x0e\x30"))
    write("rows", "stub", program(USUAL_CIE, b"\x0e\x10\x46\x0e\x18\x4a\x0f\x0b\x77\x08\x80\x00\x3f\x1a\x3b\x2a\x33\x24\x22"))
    write("rows", "signal", program(b"", b"\x0f\x04\x77\xa0\x01\x06\x10\x06\x02\x77\x78\x10\x10\x03\x77\xa8\x01",
                                    kind=b"S"))
    write("rows", "rare", program(USUAL_CIE, b"\x07\x03\x08\x0c\x09\x0d\x06\x05\x0e\x04\x14\x0f\x02\x15\x06\x7f"
                                  b"\x11\x03\x7e\x12\x06\x7d\x13\x7c\x2f\x0c\x02\x2e\x10\x06\x0e\xc3\x03\x02\x00"))
    write("rows", "offset_without_register", program(USUAL_CIE, b"\x0f\x03\x77\x08\x06\x41\x0e\x10\x41\x0d\x06"))


def tables():
    """The header, then one CIE and one FDE; all pointers relative to where they stand."""
    cie = b"\x01zR\0\x01\x78\x10\x01\x1b" + USUAL_CIE
    cie += b"\0" * (-len(cie) % 4)
    cie = struct.pack("<II", len(cie) + 4, 0) + cie
    def segment(head, program):
        table = struct.pack("<I", 1) + struct.pack("<ii", 0x100, 20 + len(cie)) if head[2] == 3 else b""
        frames = 8 + len(table)
        fde = struct.pack("<IiI", len(cie) + 4, 0x100 - (frames + len(cie) + 8), 0x40) + b"\0" + program
        return (struct.pack("<i", 0x110) + head + struct.pack("<i", frames - 4) + table + cie +
                struct.pack("<I", len(fde)) + fde + b"\0\0\0\0")

    search, scan = b"\x01\x1b\x03\x3b", b"\x01\x1b\xff\xff"
    write("tables", "search", segment(search, b"\x41\x0e\x10"))
    write("tables", "scan", segment(scan, b"\x41\x0e\x10\x0f\x03\x77\x08\x06"))
    # An offset that once became the place of an expression, far before the tables.
    write("tables", "crash-half_of_an_expression", segment(scan, b"\x0f\x02\x77\x08\x13\xff\xff\x03"))


# Programs, as small as a linker makes them.
SOURCE = 'const char *const text = "leak:leaky\\nfd:open_log"; const char *__lsan_default_suppressions(' \
         'void) { return %s; } void _start(void) {}'


def elfs():
    with tempfile.TemporaryDirectory() as folder:
        for name, value, flags in (("literal", '"leak:leaky"', "-O2"), ("pointer", "text", "-O0 -fPIE -pie"),
                                   ("stripped", "text", "-O2 -s -rdynamic -fPIE -pie")):
            source, made = os.path.join(folder, "a.c"), os.path.join(folder, "a")
            with open(source, "w", encoding="utf-8") as file:
                file.write(SOURCE % value)
            subprocess.run(["gcc", *flags.split(), "-nostdlib", "-Wl,-z,noseparate-code,-z,norelro",
                            "-Wl,--build-id=sha1,-z,max-page-size=16", "-fno-asynchronous-unwind-tables",
                            "-fcf-protection=none", "-fno-ident", source, "-o", made], check=True)
            with open(made, "rb") as file:
                write("elf", name, file.read())


if __name__ == "__main__":
    segments()
    profiles()
    rows()
    tables()
    elfs()
