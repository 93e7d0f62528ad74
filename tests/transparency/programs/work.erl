%% SPDX-License-Identifier: Apache-2.0
%% Processes that send each other messages, a table and a port; prints one number.
-module(work).
-export([main/1]).

main(_) ->
    Self = self(),
    Table = ets:new(table, [public]),
    [spawn(fun() -> ets:insert(Table, {I, lists:sum(lists:seq(1, I))}), Self ! done end)
     || I <- lists:seq(1, 500)],
    [receive done -> ok end || _ <- lists:seq(1, 500)],
    Sum = ets:foldl(fun({_, V}, A) -> V + A end, 0, Table),
    io:format("~p ~s", [Sum, os:cmd("echo child")]),
    halt(0).
