# SPDX-License-Identifier: Apache-2.0
# Python3 with every object on malloc, with the heap on mimalloc: the same output.
import python
import real_program as real

PROGRAM = real.on_mimalloc(python.PROGRAM)
