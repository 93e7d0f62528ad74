dnl SPDX-License-Identifier: Apache-2.0
dnl Recursion, a loop of macros and a child process.
define(`fact', `ifelse($1, 0, 1, `eval($1 * fact(decr($1)))')')dnl
define(`repeat', `ifelse($1, 0, `', `$2`'repeat(decr($1), `$2')')')dnl
fact(10) len(repeat(300, `abc')) translit(`hello', `a-y', `b-z')
syscmd(`$BUILT/inherited')dnl
sysval esyscmd(`echo child')dnl
