# SPDX-License-Identifier: Apache-2.0
# Which rows does a .def table have? Asks the C preprocessor, as every other reader of them does.
import ast
import os
import subprocess


def rows(path, macro, parameters):
    """[{parameter: text}] of one macro of a .def file; `parameters` as its definition names them."""
    names = parameters.replace(",", " ").split()
    # A string stays what it is, anything else becomes one.
    program = (f"#define {macro}({parameters}) ROW [{', '.join('@#' + name for name in names)}]\n"
               f'#include "{os.path.abspath(path)}"\n')
    return [dict(zip(names, row)) for row in _preprocessed(program)]


def _preprocessed(program):
    program = program.replace("@#", "#")
    compiler = os.environ.get("CXX", "c++").split()
    done = subprocess.run([*compiler, "-E", "-P", "-x", "c++", "-"], input=program, text=True,
                          capture_output=True, check=False)
    if done.returncode != 0:
        raise ValueError(done.stderr.strip())
    for line in done.stdout.split("ROW ")[1:]:
        yield [_text(field) for field in ast.literal_eval(line.strip())]


def _text(field):
    """The value of a string row, or the tokens themselves."""
    if not field.startswith('"'):
        return field
    return ast.literal_eval(f"({field})")
