# SPDX-License-Identifier: Apache-2.0
# G++ and the compiler proper, with the heap on mimalloc: the same output.
import gxx
import real_program as real

PROGRAM = real.on_mimalloc(gxx.PROGRAM)
