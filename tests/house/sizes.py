# SPDX-License-Identifier: Apache-2.0
# Are files and functions small enough to be read at once?
import re
import sys

import house

LONGEST_FILE = 400
LONGEST_FUNCTION = 60
LONGEST_MESON = 200
# Whatever may hold a brace that opens no block.
NOT_CODE = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"'
                      r"|(?<![\w])'(?:\\.|[^'\\\n])+'|^[ \t]*#(?:\\\n|[^\n])*", re.DOTALL | re.MULTILINE)
FUNCTION_HEAD = re.compile(r"\)[^()]*(?:noexcept\s*\([^()]*\))?[^()=]*$|\)\s*(?:const\s*)?:.*$", re.DOTALL)
NO_FUNCTION = re.compile(r"^\s*(?:namespace|class|struct|union|enum|extern)\b|=\s*$")


def code_of(text):
    """The text without comments, strings and preprocessor lines; every line keeps its number."""
    return NOT_CODE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def functions(text):
    """(first line, lines) of each function body, with its braces. Lambdas belong to their function."""
    code = code_of(text)
    found, blocks, head, line = [], [], "", 1
    for sign in code:
        line += sign == "\n"
        if sign == "{":
            is_inside = any(kind == "function" for kind, _ in blocks)
            is_function = (not is_inside and FUNCTION_HEAD.search(head.rstrip()) and
                           not NO_FUNCTION.search(head))
            blocks.append(("function" if is_function else "block", line))
        elif sign == "}" and blocks:
            kind, first = blocks.pop()
            if kind == "function":
                found.append((first, line - first + 1))
        head = "" if sign in "{};" else head + sign
    return found


def complaints(tree):
    for path in tree.paths("preload", "unwind", "export", suffixes=(".cc", ".h", ".def", ".S")):
        text = tree.text(path)
        size = len(text.splitlines())
        if size > LONGEST_FILE:
            yield house.say(path, size, f"{size} lines, more than {LONGEST_FILE}")
        for first, lines in functions(text) if not path.endswith((".def", ".S")) else []:
            if lines > LONGEST_FUNCTION:
                yield house.say(path, first, f"function of {lines} lines, more than {LONGEST_FUNCTION}")
    for path in tree.paths(suffixes=("meson.build",)):
        size = len(tree.text(path).splitlines())
        if size > LONGEST_MESON:
            yield house.say(path, size, f"{size} lines, more than {LONGEST_MESON}")


def body(head, lines):
    return f"{head} {{\n" + "  call('{', \"{\");  // {\n" * (lines - 2) + "}\n"


EXAMPLES = [
    ({"unwind/a.cc": "\n" * 400}, []),
    ({"unwind/a.cc": "\n" * 401}, [r"a\.cc:401: 401 lines"]),
    ({"tests/unit/a.cc": "\n" * 401, "tests/meson.build": "\n" * 201}, [r"meson\.build:201"]),
    ({"export/a.cc": body("int f(int a)", 60) + body("int g()", 60)}, []),
    ({"export/a.cc": body("int f(int a)", 60) + body("int g()", 61)}, [r"a\.cc:61: function of 61"]),
    ({"export/a.cc": "namespace n {\n" + body("A::A(int a) : a_(a), b_(0)", 61) + "}\n"}, [r":2: "]),
    ({"export/a.cc": "namespace n {\n" + body("bool A::is() const noexcept", 61) + "}\n"}, [r":2: "]),
    ({"export/a.h": "struct A {\n" + body("std::optional<int> f(int a) const", 61) + "};\n"}, [":2: "]),
    ({"export/a.cc": body("struct A", 90).replace("call('{', \"{\")", "int a = 10'000'000")}, []),
    ({"export/a.cc": "constexpr int table[] = {\n" + "  f(1),\n" * 90 + "};\n"}, []),
    ({"export/a.cc": "#define A(b) \\\n  { b }\n" + body("void f(auto g)", 20)}, []),
]

if __name__ == "__main__":
    sys.exit(house.main(complaints, EXAMPLES))
