# SPDX-License-Identifier: Apache-2.0
# A shell script with pipelines of coreutils: many short processes, the same text and status.
import real_program as real

SCRIPT = r"""
set -e
seq 1 20000 > numbers
sort -R --random-source=numbers numbers | sort -n | uniq -c | awk '{s += $1 * $2} END {print s}'
tar --mtime=@0 --owner=0 --group=0 --sort=name -cf - numbers | gzip -n9 | tee numbers.tgz | md5sum
tar tzf numbers.tgz
sed -n '5,10p;$p' numbers | tr '0-9' 'a-j' | paste -sd, | cut -c1-40
( trap 'echo caught; exit 4' TERM; sh -c 'kill -TERM $PPID'; : ) || echo "status $?"
f() { for i in 1 2 3; do echo "$i $(basename /a/b/$i.txt .txt)"; done; }
f | while read -r a b; do printf '%s-%s\n' "$a" "$b"; done
find . -name 'num*' -type f -exec wc -c {} + | sort
cat > here <<END
$(head -c 100 numbers | od -c | head -3)
END
cat here; wait; exit 9
"""


class Shell(real.Program):
    name = "sh and coreutils pipelines"
    packages = ["coreutils", "tar", "gzip", "mawk"]
    tools = ["awk", "gzip", "tar"]

    def run(self, side):
        script = side.path("script.sh")
        with open(script, "w", encoding="ascii") as file:
            file.write(SCRIPT)
        output = side.call("/bin/sh", script)
        return output, self.shell_that_waits(side)

    @staticmethod
    def shell_that_waits(side):
        """A shell that waits for a line, dumped meanwhile."""
        side.tool("mkfifo", "fifo")
        process = side.start("/bin/sh", "-c", "read x < fifo; exit $x", log="waits")
        real.running.await_true(lambda: is_asleep(process.pid), 20, "a shell in open()")
        side.dump(process.pid)
        with open(side.path("fifo"), "w", encoding="ascii") as file:
            file.write("6\n")
        return process.wait(30)


def is_asleep(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        return file.read().rpartition(")")[2].split()[0] == "S"


PROGRAM = Shell()
