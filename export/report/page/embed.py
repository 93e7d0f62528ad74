# SPDX-License-Identifier: Apache-2.0
# How do page, style and script become a part of the command? As one C++ source. The hashes by which
# the page's policy admits its own style and script, and nothing else, are made of what is embedded.
import base64
import hashlib
import re
import sys

USAGE = "usage: embed.py OUTPUT SHELL STYLE SCRIPT..."
MARKS = {"TITLE", "STATE", "VERSION", "SUMMARY", "FILES", "TEXT", "MODEL", "MISUSES"}


def text_of(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def policy_hash(text):
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def page(shell, style, script):
    """The shell with style and script in it. Raises ValueError when it cannot work."""
    if ')page"' in shell + style + script:
        raise ValueError(')page" would end the raw strings')
    for text, end in ((style, "</style"), (script, "</script"), (script, "<!--")):
        if end in text.lower():
            raise ValueError(f"{end} inside of an element that it would end")
    parts = {"STYLE": style, "SCRIPT": script, "STYLE_HASH": policy_hash(style),
             "SCRIPT_HASH": policy_hash(script)}
    marks = re.findall(r"@([A-Z_]+)@", shell)
    if set(marks) != MARKS | set(parts):
        raise ValueError(f"the shell has the marks {sorted(set(marks))}")
    return re.sub(r"@([A-Z_]+)@", lambda match: parts.get(match[1], match[0]), shell)


def source(text):
    """A raw string for each line: one literal would be longer than compilers promise to take."""
    lines = "\n".join(f'    R"page({line}\n)page"' for line in text.split("\n"))
    return ('// Made by embed.py.\n#include "report/page_shell.h"\n\nnamespace leakhook::report {\n\n'
            f"std::string_view page_shell() {{\n  return\n{lines};\n}}\n\n}}  // namespace leakhook::report\n")


def main():
    if len(sys.argv) < 5:
        sys.exit(USAGE)
    output, shell, style, *scripts = sys.argv[1:]
    script = "".join(text_of(path) for path in scripts)
    with open(output, "w", encoding="utf-8") as file:
        file.write(source(page(text_of(shell), text_of(style), script)))


if __name__ == "__main__":
    main()
