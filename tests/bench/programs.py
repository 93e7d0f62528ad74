# SPDX-License-Identifier: Apache-2.0
# Real programs that start, do one thing and end: their CPU as the kernel tells it.
import os
import shutil
import subprocess
from dataclasses import dataclass, field

import measure

INPUTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "inputs")


@dataclass(frozen=True)
class Program:
    """`argv(folder, size)` makes its input and tells how it is called."""
    name: str
    title: str
    argv: object
    size: int                 # of the work: some half a second bare
    count_size: int           # of the work whose instructions are counted
    env: dict = field(default_factory=dict)
    lacks: str = ""
    unit: str = "ms CPU"
    rounds: int = 9
    quick_rounds: int = 1
    runners: tuple = ()
    warms_up: bool = True     # one bare run is not counted
    not_under: tuple = ()     # runners that would take minutes, or many gigabytes

    def run(self, tools, runner):
        with measure.Folder() as folder:
            ended = measure.call(tools, runner, self.argv(folder, self.size), folder, extra=self.env)
            return measure.Run(ended.cpu_ns[0] / 1e6, ended.peak_kib, runner.output_bytes(folder))


def compiler():
    """cc1plus itself: the driver only starts it."""
    if not shutil.which("g++"):
        return ""
    done = subprocess.run(["g++", "-print-prog-name=cc1plus"], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def compile_templates(folder, size):
    return [compiler(), "-quiet", "-std=c++17", f"-DHOW_MANY={size}", "-imultiarch",
            "x86_64-linux-gnu", "-D_GNU_SOURCE", os.path.join(INPUTS, "heavy_templates.cc"), "-o",
            os.path.join(folder, "heavy_templates.s")]


def interpreter():
    """The distribution's own before one that a version manager put on PATH."""
    return "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else shutil.which("python3") or ""


def run_python(_folder, size):
    return [interpreter(), "-S", os.path.join(INPUTS, "many_objects.py"), str(size)]


def query(folder, size):
    path = os.path.join(folder, "queries.sql")
    with open(path, "w", encoding="ascii") as file:
        file.write("create table t(a integer primary key, b text, c real); begin;\n")
        for i in range(size):
            file.write(f"insert into t values({i}, 'name {i * 7919 % 10007}', {i * 31 % 997}.5);\n")
        file.write("commit; create index by_name on t(b);\n")
        for i in range(size // 8):
            file.write(f"select count(*), max(c) from t where b like 'name {i % 97}%' and a < {i * 3};\n"
                       if i % 40 == 0 else f"select c from t where b = 'name {i * 13 % 10007}';\n")
    return ["sqlite3", ":memory:", f".read {path}"]


def parse(folder, size):
    path = os.path.join(folder, "document.xml")
    with open(path, "w", encoding="ascii") as file:
        file.write("<list>\n")
        for i in range(size):
            file.write(f'<item id="n{i}" kind="k{i % 17}"><name>name {i}</name><price>{i % 997}.5</price>'
                       f"<text>some <b>words</b> &amp; {i * 31} more</text></item>\n")
        file.write("</list>\n")
    return ["xmllint", "--noout", path]


def every():
    def lacks(command, package):
        return "" if command and shutil.which(command) else f"{package} is not installed"
    return [
        Program("gxx", "g++ (cc1plus), much of the STL", compile_templates, 1, 1,
                lacks=lacks(compiler(), "g++"), not_under=("gperftools", "jemalloc_exact")),
        Program("python", "python3, PYTHONMALLOC=malloc", run_python, 50, 6,
                {"PYTHONMALLOC": "malloc", "PYTHONHASHSEED": "0"}, lacks(interpreter(), "python3")),
        Program("sqlite", "sqlite3, 60 000 rows in memory", query, 60000, 6000,
                lacks=lacks("sqlite3", "sqlite3")),
        Program("xmllint", "xmllint, a document of 100 000 items", parse, 100000, 6000,
                lacks=lacks("xmllint", "libxml2-utils"), not_under=("jemalloc_exact",))]
