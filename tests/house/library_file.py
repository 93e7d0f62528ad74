# SPDX-License-Identifier: Apache-2.0
# What do the finished files need, call and export? They are taken apart with readelf; first, a library
# that breaks every rule is made and must be caught.
import argparse
import os
import re
import subprocess
import sys
import tempfile

import house

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(house.ROOT, "scripts"))
import def_rows  # noqa: E402

NEWEST = (2, 31)       # glibc of the oldest system on which the library must load
MOST_TLS = 256         # bytes; more, and late libraries find no room in the static block
ALLOWED = {"libc.so.6"}
PUBLIC = {"leakhook_mark"}  # what programs call that know of the library
LOADER = re.compile(r"ld-linux[\w-]*\.so\.\d+$")
FORBIDDEN = {
    "C++ allocation": re.compile(r"_Zn[wa]|_Zd[la]"),
    "exceptions": re.compile(r"_Unwind_|__cxa_(?:throw|begin_catch|end_catch|rethrow|allocate_exc)|"
                             r"__gxx_personality"),
    "blocking locks": re.compile(r"pthread_(?:mutex|rwlock|cond|spin)_|__cxa_guard"),
    "printf": re.compile(r"(?:__)?v?(?:f|s|sn|d|as)?printf(?:_chk)?$|puts$|fputs|fwrite$|syslog"),
    "thread keys": re.compile(r"pthread_key_|tss_"),
}


def readelf(path, *options):
    return subprocess.run(["readelf", "-W", *options, path], capture_output=True, text=True,
                          check=True, env={**os.environ, "LC_ALL": "C"}).stdout


def needed(path):
    return re.findall(r"\(NEEDED\)\s+Shared library: \[(.*?)\]", readelf(path, "-d"))


def dynamic_symbols(path):
    """(name, version, is defined, binding) of each symbol that the loader sees."""
    for line in readelf(path, "--dyn-syms").splitlines():
        fields = line.split()
        if len(fields) < 8 or not fields[0].rstrip(":").isdigit() or fields[4] == "LOCAL":
            continue
        name, _, version = fields[7].partition("@")
        yield name, version.lstrip("@"), fields[6] != "UND", fields[4]


def number(version):
    """(2, 34) of GLIBC_2.34; None for what is no version of glibc."""
    match = re.fullmatch(r"GLIBC_(\d+)\.(\d+)(?:\.\d+)?", version)
    return (int(match[1]), int(match[2])) if match else None


def strong_versions(path):
    """Versions without which the loader refuses the file."""
    return re.findall(r"Name: (\S+)\s+Flags: none", readelf(path, "-V"))


def tls_size(path):
    sizes = re.findall(r"^\s*TLS\s+\S+ \S+ \S+ \S+ (0x[0-9a-f]+)", readelf(path, "-l"), re.MULTILINE)
    return sum(int(size, 16) for size in sizes)


def need_complaints(path):
    for name in needed(path):
        if name not in ALLOWED and not LOADER.match(name):
            yield f"needs {name}"


def symbol_complaints(path):
    for name, version, is_defined, binding in dynamic_symbols(path):
        if is_defined:
            continue
        for what, pattern in FORBIDDEN.items():
            if pattern.match(name):
                yield f"calls {name}: {what}"
        if binding == "GLOBAL" and (number(version) or (0, 0)) > NEWEST:
            yield f"cannot load without {name}@{version}"
    for version in strong_versions(path):
        if (number(version) or (0, 0)) > NEWEST:
            yield f"cannot load where there is no {version}"


def export_complaints(path, rows):
    exported = {name for name, _, is_defined, _ in dynamic_symbols(path) if is_defined}
    rows = rows | PUBLIC
    for name in sorted(exported - rows):
        yield f"exports {name}, which is no row of preload/interposed.def and not public"
    for name in sorted(rows - exported):
        yield f"does not export {name}, a row of preload/interposed.def or public"


def library_complaints(path, rows):
    if needed(path) != ["libc.so.6"]:
        yield f"needs {needed(path)} instead of libc.so.6 alone"
    yield from symbol_complaints(path)
    yield from export_complaints(path, rows)
    if tls_size(path) > MOST_TLS:
        yield f"has {tls_size(path)} bytes of thread-local storage, more than {MOST_TLS}"


BAD_LIBRARY = r"""
#include <math.h>
#include <pthread.h>
#include <stdio.h>
thread_local char much[300];
static pthread_mutex_t lock;
extern "C" int pthread_join(pthread_t, void**);
extern "C" __attribute__((weak)) void free_of_the_future(void*);
extern "C" int foreign(int a, pthread_t thread) {
  pthread_mutex_lock(&lock);
  printf("%f", sin(a));
  if (a == 3) throw new int(a);
  much[a] = 1;
  return pthread_join(thread, nullptr) + (free_of_the_future != nullptr);
}
"""
BAD_SIGNS = ["needs .*libm", r"calls _Znwm", "calls __cxa_throw", "calls pthread_mutex_lock",
             "calls (__)?printf", r"cannot load without pthread_join@GLIBC_2\.34",
             r"no GLIBC_2\.34", "exports foreign,", "does not export malloc,", "has 3[0-9]+ bytes"]


def self_complaints(rows):
    """What the rules miss in a library that breaks them all, or find in one that breaks none."""
    compiler = os.environ.get("CXX", "c++").split()
    with tempfile.TemporaryDirectory() as folder:
        bad, good = os.path.join(folder, "bad.so"), os.path.join(folder, "good.so")
        subprocess.run([*compiler, "-shared", "-fPIC", "-O1", "-x", "c++", "-", "-o", bad],
                       input=BAD_LIBRARY, text=True, check=True)
        names = "".join(f'extern "C" void hook_{i}() __asm__("{name}"); void hook_{i}() {{}}\n'
                        for i, name in enumerate(sorted(rows | PUBLIC)))
        subprocess.run([*compiler, "-shared", "-fPIC", "-nostdlib", "-o", good, "-x", "c++", "-",
                        "-Wl,--no-as-needed", "-lc"], input=names, text=True, check=True)
        found = list(library_complaints(bad, rows))
        for sign in BAD_SIGNS:
            if not any(re.search(sign, text) for text in found):
                yield f"the check itself is wrong: it misses {sign!r}, says {found}"
        if any("free_of_the_future" in text for text in found):
            yield "the check itself is wrong: it complains of a weak reference"
        if not any("libstdc++" in text for text in need_complaints(bad)):
            yield "the check itself is wrong: a second needed library passes"
        for text in library_complaints(good, rows):
            yield f"the check itself is wrong: it says of a good library: {text}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--library", required=True)
    parser.add_argument("--command", required=True)
    options = parser.parse_args()
    table = def_rows.rows(f"{house.ROOT}/preload/interposed.def", "INTERPOSED",
                          "ret, name, params, args")
    rows = {row["name"] for row in table}
    found = [*self_complaints(rows)]
    found += [f"{os.path.basename(options.library)}: {text}"
              for text in library_complaints(options.library, rows)]
    found += [f"{os.path.basename(options.command)}: {text}"
              for text in need_complaints(options.command)]
    print("\n".join(found) if found else f"ok: {len(rows)} names exported")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
