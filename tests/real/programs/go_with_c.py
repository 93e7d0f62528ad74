# SPDX-License-Identifier: Apache-2.0
# A Go program with C in it: stacks that its runtime switches, threads that it starts itself, signals
# that it takes for itself by bare system calls. What it holds is read from its segment.
import glob
import os

import real_program as real

SOURCE = r"""
package main

/*
#include <stdlib.h>
#include <string.h>
extern void intoGo(int depth);
static char *volatile kept[1000];
__attribute__((noinline)) static void leak_in_c(int i) { kept[i] = strdup("from C"); }
__attribute__((noinline)) static void clean_in_c(void) { char *p = malloc(64); p[0] = 1; kept[999] = p; free(p); }
__attribute__((noinline)) static void through_c(int depth) { intoGo(depth); }
*/
import "C"

import (
	"bufio"
	"fmt"
	"os"
	"sync"
)

//export intoGo
func intoGo(depth C.int) {
	if depth > 0 {
		C.through_c(depth - 1)
		return
	}
	C.leak_in_c(998)
	C.clean_in_c()
}

func main() {
	var all sync.WaitGroup
	for i := 0; i < 8; i++ {
		all.Add(1)
		go func(i int) {
			defer all.Done()
			for j := 0; j < 100; j++ {
				C.leak_in_c(C.int(i*100 + j))
				C.clean_in_c()
			}
		}(i)
	}
	all.Wait()
	for i := 0; i < 50; i++ {
		C.through_c(C.int(i % 10))
	}
	fmt.Printf("dump me %d\n", os.Getpid())
	bufio.NewReader(os.Stdin).ReadString('\n')
	os.Exit(5)
}
"""


class GoWithC(real.Program):
    name = "a Go program with C in it"
    packages = ["golang-go", "gcc"]
    tools = ["go", "gcc"]
    must_name = {"heap": r"^leak_in_c"}

    def prepare(self, side):
        for name, text in (("main.go", SOURCE), ("go.mod", "module mixed\n\ngo 1.18\n")):
            with open(side.path(name), "w", encoding="ascii") as file:
                file.write(text)
        os.mkdir(side.path("segments"))
        home = {"GOCACHE": side.path("cache"), "GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local",
                "CGO_ENABLED": "1", "GOPATH": side.path("go")}
        words = [f"{name}={value}" for name, value in home.items()]
        side.tool("env", *words, "go", "build", "-o", "mixed", ".", timeout=600)

    def run(self, side):
        env = side.environment(LEAKHOOK_DIR=side.path("segments"))
        session = real.running.Session([side.path("mixed")], side.folder, env, 60,
                                       lambda pid: self.read_segment(side, pid))
        run = session.finish()
        if run.complaints:
            raise real.Failure("; ".join(run.complaints))
        return run.status, run.stdout.decode()

    @staticmethod
    def read_segment(side, pid):
        if not side.is_hooked:
            return
        (segment,) = glob.glob(side.path("segments/*.lhk"))
        stem = os.path.join(side.profiles, f"leakhook.mixed.{pid}.0001")
        side.tool(side.setup.command, "export", segment, "-o", stem)
        dump = {real.profile_check.profile_name(path): path for path in glob.glob(f"{stem}.*")}
        side.busy.append(dump)
        profile = real.pprof_file.read(dump["heap"])
        held = sum(sample.value[2] for sample in profile.sample
                   if "leak_in_c" in real.judgement.functions_of(profile, sample))
        if held != 850:
            raise RuntimeError(f"leak_in_c holds {held} blocks instead of 850")
        if any("clean_in_c" in real.judgement.functions_of(profile, sample)
               for sample in profile.sample if sample.value[2]):
            raise RuntimeError("clean_in_c holds blocks")


PROGRAM = GoWithC()
