# SPDX-License-Identifier: Apache-2.0
# PostgreSQL: is anything lost in the postmaster, in backends and in its other processes?
import postgresql
import reach


class ReachPostgreSQL(reach.Program, postgresql.PostgreSQL):
    name = "PostgreSQL: nothing lost, busy and at its end"
    env = {**reach.Program.env, **postgresql.PostgreSQL.env}
    must_name = {}
    profiles = 8
    explained = {
        "save_ps_display_args": "its copy of the environment, once setenv and unsetenv took other ones",
        "PostmasterMain": "the copy of the word behind -D, in a variable that is dead before the loop",
    }
    dump_options = ("--reach",)

    def run(self, side):
        return reach.Program.run(self, side)

    def work(self, side):
        return postgresql.PostgreSQL.run(self, side)


PROGRAM = ReachPostgreSQL()
